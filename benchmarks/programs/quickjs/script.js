// Objects, strings, closures, arrays, numbers, regular expressions: the same on every engine.
"use strict";
class Vector {
  constructor(x, y, z) { this.x = x; this.y = y; this.z = z; }
  add(o) { return new Vector(this.x + o.x, this.y + o.y, this.z + o.z); }
  dot(o) { return this.x * o.x + this.y * o.y + this.z * o.z; }
}
function objects(n) {
  let sum = new Vector(0, 0, 0), total = 0;
  for (let i = 0; i < n; i++) {
    const v = new Vector(i % 7, i % 11, i % 13);
    sum = sum.add(v);
    total += sum.dot(v) % 1000;
  }
  return total;
}
function strings(n) {
  const words = new Map();
  let text = "";
  for (let i = 0; i < n; i++) text += "w" + ((i * i) % 97) + (i % 3 ? " " : ", ");
  for (const word of text.split(/[ ,]+/)) words.set(word, (words.get(word) || 0) + 1);
  const sorted = [...words].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return JSON.stringify(sorted.slice(0, 5)) + text.replace(/w(\d)(\d)/g, "$2$1").length;
}
function sieve(n) {
  const composite = new Uint8Array(n + 1);
  let count = 0;
  for (let i = 2; i <= n; i++) {
    if (composite[i]) continue;
    count++;
    for (let k = i * i; k <= n; k += i) composite[k] = 1;
  }
  return count;
}
function closures(n) {
  const make = (k) => { let c = k; return (d) => (c = (c * 31 + d) | 0); };
  const all = Array.from({ length: 16 }, (_, k) => make(k));
  let last = 0;
  for (let i = 0; i < n; i++) last ^= all[i & 15](i);
  return last;
}
function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
print(objects(200000));
print(strings(40000));
print(sieve(700000));
print(closures(500000));
print(fib(24));
