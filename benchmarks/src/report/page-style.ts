// The style of the page; both sets of colours were chosen for a contrast of at least 3 to 1 against their background.
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2128; --muted: #5b6572; --line: #b9c0c9; --grid: #e6e9ed; --card: #f6f7f9;
  --ours: #c2185b; --ours-2: #7b1fa2; --ours-3: #e65100; --ours-4: #ad1457; --bar: #8b97a6;
  --met: #1a7f37; --missed: #cf222e; --unclear: #9a6700; --unknown: #6e7781;
  --peer-1: #0969da; --peer-2: #1a7f37; --peer-3: #9a6700; --peer-4: #6639ba; --peer-5: #0e7490;
  --peer-6: #bc4c00; --peer-7: #57606a; --peer-8: #4d7c0f; --peer-9: #a40e26; --peer-10: #3730a3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1318; --ink: #e6edf3; --muted: #9aa5b1; --line: #4a5462; --grid: #232a33; --card: #171c23;
    --ours: #ff6fa5; --ours-2: #d2a8ff; --ours-3: #ffb77c; --ours-4: #ff9ec2; --bar: #66707d;
    --met: #56d364; --missed: #ff7b72; --unclear: #e3b341; --unknown: #8b949e;
    --peer-1: #79c0ff; --peer-2: #56d364; --peer-3: #e3b341; --peer-4: #bc8cff; --peer-5: #5fd3e0;
    --peer-6: #f0883e; --peer-7: #adbac7; --peer-8: #a8cc5f; --peer-9: #ff9492; --peer-10: #a5a9ff;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1040px; padding: 24px 20px 80px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 30px; margin: 8px 0 4px; }
h2 { font-size: 23px; margin: 56px 0 4px; padding-top: 12px; border-top: 2px solid var(--ink); }
h3 { font-size: 17px; margin: 32px 0 4px; }
p { max-width: 76ch; margin: 6px 0; }
code { font: 13px ui-monospace, monospace; }
a { color: var(--peer-1); }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 14px 0; }
.facts { color: var(--muted); margin: 0; padding-left: 18px; }
.warning { background: var(--card); border-left: 4px solid var(--unclear); padding: 8px 12px; margin: 8px 0; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 0; margin: 6px 0; font-size: 13px; }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 6px; }
.swatch.diamond { border-radius: 0; transform: rotate(45deg); }
.plot svg { width: 100%; height: auto; display: block; margin: 8px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 10px; border-bottom: 1px solid var(--grid); white-space: nowrap; }
th { font-weight: 600; color: var(--muted); }
th:first-child, td:first-child, td.text { text-align: left; }
td.text { white-space: normal; }
tr.ours td:first-child { color: var(--ours); font-weight: 600; }
.ratio { color: var(--muted); }
.better { color: var(--met); } .worse { color: var(--missed); }
.mark { font-weight: 600; color: var(--unclear); } .mark.wrong, .mark.failed { color: var(--missed); }
.mark.unavailable { color: var(--unknown); }
.met { color: var(--met); } .missed { color: var(--missed); } .unclear { color: var(--unclear); } .unknown { color: var(--unknown); }
details { margin: 8px 0; } summary { cursor: pointer; color: var(--muted); }
`;
