// A script whose value, a string, is the same in every JavaScript engine.
(() => {
  "use strict";
  const out = [];
  const print = (...values) => out.push(values.map(String).join(" "));

  class Vector {
    #parts;
    constructor(...parts) { this.#parts = parts; }
    static of(n, f) { return new Vector(...Array.from({ length: n }, (_, i) => f(i))); }
    dot(other) { return this.#parts.reduce((sum, part, i) => sum + part * other.#parts[i], 0); }
    get length() { return Math.sqrt(this.dot(this)); }
    *[Symbol.iterator]() { yield* this.#parts; }
    toString() { return `<${[...this].join(", ")}>`; }
  }
  const v = Vector.of(5, (i) => i * 1.5), w = Vector.of(5, (i) => 10 - i);
  print(v, w, v.dot(w), v.length, Math.max(...v));

  function* primes() {
    const found = [];
    for (let n = 2; ; n++) if (found.every((p) => n % p)) { found.push(n); yield n; }
  }
  let sum = 0, last;
  for (const p of primes()) { if (p > 3000) break; sum += p; last = p; }
  print("primes", sum, last);

  const fib = ((memo) => function f(n) { return memo[n] ??= n < 2n ? n : f(n - 1n) + f(n - 2n); })({});
  print("fib", fib(200n), 2n ** 127n - 1n, (-7n) / 2n, BigInt.asIntN(8, 200n), 0xffn << 70n);

  const slow = (n) => (n < 2 ? n : slow(n - 1) + slow(n - 2));
  print("slow", slow(20));

  const words = "the quick brown fox jumps over the lazy dog the fox".split(/\s+/);
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  print([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 4).join(";"), new Set(words).size);
  print("2024-03-05".replace(/(?<y>\d+)-(?<m>\d+)-(?<d>\d+)/u, "$<d>.$<m>.$<y>"), "aBc".replace(/b/gi, (m) => `[${m}]`), /(?<=\$)\d+/.exec("cost $42")[0]);

  const nested = { a: [1, { b: null, c: undefined }], "ключ": "значение 😀", date: new Date(86400000).toISOString(), n: [NaN, Infinity, -0] };
  const text = JSON.stringify(nested, (key, value) => (typeof value === "number" ? value + 1 : value), 2);
  print(text, JSON.stringify(JSON.parse(text)).length);
  const { a: [first, { b = "default" } = {}], ...rest } = nested;
  print(first, b, Object.keys(rest), "😀".length, [..."😀é"].length, "😀".codePointAt(0).toString(16), encodeURIComponent("é/ "));

  print(0.1 + 0.2, 1e21, 1e-7, (25).toString(36), (0.5).toString(2), (1234.5678).toFixed(2), (0.000001234).toExponential(2), parseInt("0x1f"), parseFloat("3.14abc"));
  print(-7 % 3, -7 >> 1, -7 >>> 28, 5 & 6, 5 ^ 6, ~5, 2 ** 31 | 0, 2 ** 32 >>> 0, Math.imul(65537, 65539), Math.fround(0.1), Math.clz32(255), Math.hypot(3, 4), Math.trunc(-2.7), Math.sign(-0));
  print([1e308 * 10, -1 / 0, 0 / 0, Number.MAX_SAFE_INTEGER + 2, Number.EPSILON, 5e-324].join());
  print([3, 1, 10, 2].sort(), [3, 1, 10, 2].sort((x, y) => x - y), [[1, [2, [3]]]].flat(Infinity), Array.from("abc", (c) => c.charCodeAt(0)), [1, 2, 3, 4].findLast?.((n) => n % 2), [5, 6].entries().next().value);

  const log = [];
  const proxy = new Proxy({ x: 1 }, { get: (target, key) => { log.push(`get ${String(key)}`); return target[key] ?? "none"; }, has: () => true });
  print(proxy.x, proxy.y, "z" in proxy, log, Reflect.ownKeys({ b: 1, 2: 1, a: 1, 1: 1 }));
  const raise = () => { throw new TypeError("on purpose", { cause: "test" }); };
  try { raise(); } catch (error) { print(error instanceof TypeError, error.message, error.cause); } finally { print("finally"); }
  try { null.x; } catch (error) { print(error.constructor.name); }
  outer: for (let i = 0; i < 5; i++) for (let j = 0; j < 5; j++) { if (j === 3) continue outer; if (i === 3) break outer; log.push(i * j); }
  print(log.length, typeof null, typeof (() => 0), void 0, [] + {}, [] == false, null ?? "left", 0 || "right");

  const bytes = new Uint8Array(4096);
  for (let i = 0, x = 1; i < bytes.length; i++) { x = (Math.imul(x, 1103515245) + 12345) >>> 0; bytes[i] = x >>> 16; }
  let crc = ~0;
  for (const byte of bytes) { crc ^= byte; for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1)); }
  const view = new DataView(bytes.buffer);
  print("crc", (~crc >>> 0).toString(16), view.getFloat64(8, true), view.getInt16(100), new Float32Array(bytes.buffer, 0, 2).join(), bytes.subarray(5, 9), new Uint8ClampedArray([300, -5, 1.5]));

  const grid = Array.from({ length: 9 }, () => new Array(9).fill(0));
  let placed = 0;
  const fits = (row, column, digit) => grid.every((line, i) => line[column] !== digit && grid[row][i] !== digit && grid[row - (row % 3) + ((i / 3) | 0)][column - (column % 3) + (i % 3)] !== digit);
  const fill = (cell) => {
    if (cell === 81) return true;
    const row = (cell / 9) | 0, column = cell % 9;
    for (let k = 0; k < 9; k++) {
      const digit = ((k * 4 + row * 2) % 9) + 1;
      if (!fits(row, column, digit)) continue;
      grid[row][column] = digit;
      placed++;
      if (fill(cell + 1)) return true;
      grid[row][column] = 0;
    }
    return false;
  };
  print(fill(0), placed, grid.map((line) => line.join("")).join("/"));
  return out.join("\n");
})();
