-- Closures, metatables, inheritance, varargs, goto, integer division and bit operators.
local Shape = {}
Shape.__index = Shape
Shape.__tostring = function(s) return s.name .. "(" .. s:area() .. ")" end
function Shape.new(name, fields)
  local self = setmetatable(fields or {}, Shape)
  self.name = name
  return self
end
function Shape:area() return 0 end

local Rect = setmetatable({}, { __index = Shape })
Rect.__index, Rect.__tostring = Rect, Shape.__tostring
Rect.__lt = function(a, b) return a:area() < b:area() end
Rect.__eq = function(a, b) return a:area() == b:area() end
Rect.__add = function(a, b) return Rect.new(a.w + b.w, a.h + b.h) end
Rect.__len = function(a) return 2 * (a.w + a.h) end
Rect.__call = function(a, k) return Rect.new(a.w * k, a.h * k) end
Rect.__concat = function(a, b) return tostring(a) .. "&" .. tostring(b) end
function Rect.new(w, h)
  local self = setmetatable({ w = w, h = h }, Rect)
  self.name = "rect"
  return self
end
function Rect:area() return self.w * self.h end

local a, b = Rect.new(3, 4), Rect.new(2, 6)
print(a, b, a == b, a < b(2), #(a + b), a .. b)
print(tostring(Shape.new("nothing")))

local function counter(step)
  local n = 0
  return function(...)
    n = n + step * select("#", ...)
    return n, ...
  end
end
local count = counter(3)
print(count(1, 2), count(), (count("x", "y", "z")))

local squares = setmetatable({}, { __index = function(t, k) local v = k * k; rawset(t, k, v); return v end })
local sum = 0
for i = 1, 100 do sum = sum + squares[i] end
print(sum, rawget(squares, 7), rawlen({ 1, 2, 3 }))

for i = 1, 5 do
  for j = 1, 5 do
    if (i * j) % 7 == 6 then goto next end
  end
  print("row", i)
  ::next::
end

print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.5 // 2, 2 ^ 10, 1 << 62, 1 << 63, 1 << 64, ~0, 5 ~ 3, 0xff >> 4)
print(math.maxinteger + 1 == math.mininteger, math.type(1), math.type(1.0), math.tointeger(3.0), 10 / 2, 3 | 4.0)
print(math.ult(1, -1), 1e15, 1e16, 2 ^ 53, 0.1, -0.0, 1 / 0, math.huge // 1, 100 // 1e-3)
local ordered <const> = { 5, 2, 8, 1, 9, 3 }
table.sort(ordered, function(x, y) return x > y end)
print(table.concat(ordered, ","), table.unpack(ordered, 2, 4))
print(select(-2, "a", "b", "c"), next({}), type(next), #"\u{1F600}\x41\z
      end")
