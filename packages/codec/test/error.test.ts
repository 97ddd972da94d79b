import { createRequire } from 'node:module';
import { runInNewContext } from 'node:vm';
import { defineName, MpError, SerializeError } from '@mp/codec';

describe('MpError', () => {
  test('carries its code, path and cause', () => {
    const cause = new Error('inner');
    const error = new MpError('MP_X', 'what happened', { path: 'args[0].a', cause });
    expect(error).toMatchObject({ name: 'MpError', code: 'MP_X', path: 'args[0].a', cause, message: 'what happened' });
  });

  test('has no own cause where none was given', () => {
    expect(Object.hasOwn(new MpError('MP_X', 'm'), 'cause')).toBe(false);
  });

  test('recognises an error of a subclass, and not the other way round', () => {
    expect(new SerializeError('MP_LIMIT', 'm')).toBeInstanceOf(MpError);
    expect(new MpError('MP_X', 'm')).not.toBeInstanceOf(SerializeError);
  });

  test('recognises an error made by another copy of the package', () => {
    const copy: typeof import('@mp/codec') = createRequire(import.meta.url)('../lib/cjs/index.js');
    expect(copy.SerializeError).not.toBe(SerializeError);
    expect(new copy.SerializeError('MP_LIMIT', 'm')).toBeInstanceOf(SerializeError);
  });

  test.each([undefined, null, 1, 'x', {}, new Error('m'), runInNewContext('new Error("m")')])(
    'does not recognise %p',
    (value) => {
      expect(value instanceof MpError).toBe(false);
    },
  );

  test('a subclass without a family name of its own is an ordinary class', () => {
    class Mine extends SerializeError {}
    expect(new Mine('MP_LIMIT', 'm')).toBeInstanceOf(Mine);
    expect(new Mine('MP_LIMIT', 'm')).toBeInstanceOf(MpError);
    expect(new SerializeError('MP_LIMIT', 'm')).not.toBeInstanceOf(Mine);
  });

  test('a user error class can join the family', () => {
    class ProcessError extends MpError {
      static {
        defineName(ProcessError, 'ProcessError');
      }
    }
    const error = new ProcessError('MP_Y', 'm');
    expect(error).toBeInstanceOf(ProcessError);
    expect(error).toBeInstanceOf(MpError);
    expect(error).not.toBeInstanceOf(SerializeError);
    expect(String(error)).toBe('ProcessError: m');
  });
});
