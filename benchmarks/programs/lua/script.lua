-- Tables, strings, closures, numbers: a little of everything that the interpreter does.
local function queens(n)
  local columns, up, down, count = {}, {}, {}, 0
  local function place(row)
    if row > n then count = count + 1 return end
    for c = 1, n do
      if not columns[c] and not up[row + c] and not down[row - c] then
        columns[c], up[row + c], down[row - c] = true, true, true
        place(row + 1)
        columns[c], up[row + c], down[row - c] = nil, nil, nil
      end
    end
  end
  place(1)
  return count
end
local function words(n)
  local counts, list = {}, {}
  for i = 1, n do
    local word = ("w%d"):format(i * i % 1013)
    counts[word] = (counts[word] or 0) + 1
  end
  for word, count in pairs(counts) do list[#list + 1] = { word, count } end
  table.sort(list, function(a, b) return a[2] > b[2] or a[2] == b[2] and a[1] < b[1] end)
  return list[1][1], list[1][2], #list
end
local function objects(n)
  local Point = {}
  Point.__index = Point
  function Point.new(x, y) return setmetatable({ x = x, y = y }, Point) end
  function Point:add(o) return Point.new(self.x + o.x, self.y + o.y) end
  local sum = Point.new(0, 0)
  for i = 1, n do sum = sum:add(Point.new(i % 7, i // 3)) end
  return sum.x, sum.y
end
local function matrix(n)
  local a, total = {}, 0.0
  for i = 1, n do
    a[i] = {}
    for j = 1, n do a[i][j] = (i * j % 10) / 4 end
  end
  for i = 1, n do
    for j = 1, n do
      local sum = 0.0
      for k = 1, n do sum = sum + a[i][k] * a[k][j] end
      total = total + sum
    end
  end
  return total
end
print(queens(8))
print(words(150000))
print(objects(500000))
print(matrix(110))
local text = string.rep("the quick brown fox ", 5000)
print(#text:gsub("%a+", function(w) return w:upper():reverse() end), select(2, text:gsub("o", "0")))
