-- Eight queens, a sieve, big factorials, matrix products, a heap, memoised recursion, garbage.
local function queens(n)
  local columns, up, down, found = {}, {}, {}, 0
  local function place(row)
    if row > n then found = found + 1 return end
    for c = 1, n do
      if not (columns[c] or up[row + c] or down[row - c + n]) then
        columns[c], up[row + c], down[row - c + n] = true, true, true
        place(row + 1)
        columns[c], up[row + c], down[row - c + n] = nil, nil, nil
      end
    end
  end
  place(1)
  return found
end
print("queens", queens(6), queens(8))

local function sieve(limit)
  local composite, last, count = {}, 0, 0
  for i = 2, limit do
    if not composite[i] then
      last, count = i, count + 1
      for j = i * i, limit, i do composite[j] = true end
    end
  end
  return count, last
end
print("primes", sieve(30000))

local function factorial(n)
  local digits = { 1 }
  for k = 2, n do
    local carry = 0
    for i = 1, #digits do
      local v = digits[i] * k + carry
      digits[i], carry = v % 10000, v // 10000
    end
    while carry > 0 do
      digits[#digits + 1], carry = carry % 10000, carry // 10000
    end
  end
  local out = { tostring(digits[#digits]) }
  for i = #digits - 1, 1, -1 do out[#out + 1] = ("%04d"):format(digits[i]) end
  return table.concat(out)
end
print("60!", factorial(60))
print("digits of 300!", #factorial(300))

local function matrix(n, f)
  local m = {}
  for i = 1, n do
    m[i] = {}
    for j = 1, n do m[i][j] = f(i, j) end
  end
  return m
end
local n = 32
local x, y = matrix(n, function(i, j) return (i * j) % 7 / 4 end), matrix(n, function(i, j) return (i + j) % 5 - 2 end)
local trace = 0.0
for i = 1, n do
  for j = 1, n do
    local s = 0.0
    for k = 1, n do s = s + x[i][k] * y[k][j] end
    if i == j then trace = trace + s end
  end
end
print("trace", trace)

local heap, size, state = {}, 0, 12345
local function push(v)
  size = size + 1
  local i = size
  while i > 1 and heap[i // 2] > v do heap[i], i = heap[i // 2], i // 2 end
  heap[i] = v
end
local function pop()
  local top, v, i = heap[1], heap[size], 1
  heap[size], size = nil, size - 1
  while 2 * i <= size do
    local c = 2 * i
    if c < size and heap[c + 1] < heap[c] then c = c + 1 end
    if v <= heap[c] then break end
    heap[i], i = heap[c], c
  end
  if size > 0 then heap[i] = v end
  return top
end
for _ = 1, 3000 do
  state = (state * 1103515245 + 12345) & 0x7fffffff
  push(state)
end
local previous, hash, sorted = -1, 0, true
for i = 1, 3000 do
  local v = pop()
  sorted, previous = sorted and v >= previous, v
  hash = (hash * 33 ~ v) & 0xffffffffffff
end
print("heap", sorted, hash)

local memo = {}
local function ways(amount, coin)
  local coins = { 1, 2, 5, 10, 20, 50, 100, 200 }
  if amount == 0 then return 1 elseif amount < 0 or coin == 0 then return 0 end
  local key = amount * 16 + coin
  memo[key] = memo[key] or ways(amount, coin - 1) + ways(amount - coins[coin], coin)
  return memo[key]
end
print("ways", ways(500, 8))

local kept = {}
for i = 1, 20000 do kept[i % 97] = { i, tostring(i), { i } } end
collectgarbage()
print("garbage", kept[5][1], kept[96][2], collectgarbage("count") < 4096)
