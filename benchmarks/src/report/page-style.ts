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
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1120px; padding: 24px 20px 80px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 30px; margin: 8px 0 4px; }
h2 { font-size: 23px; margin: 56px 0 4px; padding-top: 12px; border-top: 2px solid var(--ink); }
h3 { font-size: 17px; margin: 32px 0 4px; }
p, ul { max-width: 90ch; margin: 6px 0; }
code { font: 13px ui-monospace, monospace; background: var(--card); padding: 1px 4px; border-radius: 3px; overflow-wrap: anywhere; }
a { color: var(--peer-1); }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 14px 0; }
.note, .detail, .why { color: var(--muted); font-size: 13px; }
.warning { background: var(--card); border-left: 4px solid var(--unclear); padding: 8px 12px; margin: 8px 0; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 16px; padding: 0; margin: 6px 0; font-size: 13px; max-width: none; }
.swatch { width: 11px; height: 11px; margin-right: 6px; vertical-align: -1px; }
.plot { overflow-x: auto; }
.plot svg { width: 100%; min-width: 720px; height: auto; display: block; margin: 8px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: 8px 0; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 10px; border-bottom: 1px solid var(--grid); white-space: nowrap; vertical-align: top; }
th { font-weight: 600; color: var(--muted); }
th:first-child, td:first-child, td.text, th.text { text-align: left; }
td.text { white-space: normal; }
table.targets { width: 100%; min-width: 860px; table-layout: fixed; } table.targets td { vertical-align: middle; }
table.targets td { white-space: normal; } table.targets th { width: 15%; } table.targets th.what { width: 33%; }
table.targets th:last-child { width: 9%; } table.targets .scale { width: 200px; text-align: center; }
table.headline td { white-space: normal; } table.headline td.own { white-space: nowrap; }
table.facts td:first-child { color: var(--muted); }
tr.ours td:first-child, td.own { color: var(--ours); font-weight: 600; }
.figures .ratio { display: block; font-size: 12px; line-height: 1.2; }
.ratio { color: var(--muted); }
.better { color: var(--met); } .worse { color: var(--missed); }
.mark { font-weight: 600; color: var(--unclear); } .mark.wrong, .mark.failed { color: var(--missed); }
.mark.unavailable { color: var(--unknown); }
.pill { font-size: 12px; font-weight: 600; padding: 0 8px; border-radius: 9px; border: 1px solid currentColor; }
.pill.met { color: var(--met); } .pill.missed { color: var(--missed); } .pill.unclear { color: var(--unclear); } .pill.unknown { color: var(--unknown); }
.track { position: relative; display: inline-block; width: 180px; height: 16px;
  background: linear-gradient(var(--line), var(--line)) 0 50% / 100% 1px no-repeat, linear-gradient(var(--ink), var(--ink)) 50% 50% / 2px 100% no-repeat; }
.track .span { position: absolute; top: 6px; height: 4px; background: var(--muted); border-radius: 2px; }
.track .dot { position: absolute; top: 3px; width: 10px; height: 10px; margin-left: -5px; border-radius: 50%; border: 1px solid var(--paper); }
.standings { display: flex; gap: 2px; margin: 8px 0; max-width: 760px; }
.part { min-width: max-content; padding: 3px 10px; color: var(--paper); font-weight: 600; font-size: 13px; }
.dot.met, .part.met { background: var(--met); } .dot.missed, .part.missed { background: var(--missed); }
.dot.unclear, .part.unclear { background: var(--unclear); } .dot.unknown, .part.unknown { background: var(--unknown); }
details { margin: 8px 0; } summary { cursor: pointer; color: var(--muted); }
@media (max-width: 700px) {
  table.targets, table.targets tbody { display: block; min-width: 0; }
  table.targets tr { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 2px 10px; padding: 7px 0; border-bottom: 1px solid var(--grid); }
  table.targets tr:first-child { display: none; }
  table.targets td { border: 0; padding: 0; text-align: left; }
  table.targets td:first-child { grid-column: 1 / -1; } table.targets td.scale { text-align: left; grid-column: 1 / 3; }
  table.targets td:last-child { grid-column: 3; } table.targets td.why { grid-column: 1 / 3; }
}
@media (max-width: 600px) { body { padding: 12px 12px 60px; } h1 { font-size: 25px; } th, td { padding: 3px 7px; } }
`;
