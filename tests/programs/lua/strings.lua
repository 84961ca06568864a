-- Patterns, formatting, packing, UTF-8.
local text = {}
for i = 1, 400 do
  text[i] = ("key%d = %d; flag_%d = %s"):format(i, i * i % 257, i, i % 3 == 0 and "true" or "false")
end
text = table.concat(text, "\n")
local total, flags = 0, 0
for key, value in text:gmatch("(key%d+) = (%d+)") do
  total = total + #key * tonumber(value)
end
for flag in text:gmatch("flag_%d+ = (%a+)") do
  if flag == "true" then flags = flags + 1 end
end
print(total, flags)
print((text:gsub("%d", { ["1"] = "one", ["7"] = "seven" }):gsub("%s+", " ")):sub(1, 120))
print(("hello world"):gsub("o", "0", 1), ("x=1,y=2"):gsub("(%w)=(%w)", "%2=%1"))
print(("  trimmed  "):match("^%s*(.-)%s*$"), ("f(a(b)c)d"):match("%b()"), ("THE (quick) fox"):find("%((%a+)%)"))
print(("abc"):rep(3, "-"), ("abc"):reverse(), ("MiXed"):lower(), ("MiXed"):upper(), ("abc"):byte(1, -1))
print(string.format("%5d|%-5d|%05d|%x|%X|%#o|%c|%q|%10.3s|%%", 42, 42, 42, 255, 255, 8, 65, 'a "quoted"\n line', "abcdef"))
print(string.format("%.3f %10.2f %e %g %g %g %a", 3.14159, 2.5, 12345.678, 1e20, 0.0001, 123456789, 0.5))
local packed = string.pack("<i4 >I2 z s1 d", -123456, 513, "zero", "counted", 1.5)
print(#packed, string.unpack("<i4 >I2 z s1 d", packed))
print((packed:gsub(".", function(c) return ("%02x"):format(c:byte()) end)))
for _, c in utf8.codes("aé€😀") do io_sum = (io_sum or 0) * 31 + c end
print(io_sum, utf8.len("aé€😀"), utf8.char(72, 228, 8364, 128512), utf8.offset("aé€😀", 3), utf8.codepoint("€"))
print(tostring(1e100), tonumber("0x1p4"), tonumber("  12  "), tonumber("1e1"), tonumber("zz", 36), tonumber("9", 8))

local words, order = {}, {}
for word in ("the quick brown fox jumps over the lazy dog and the fox runs over the hill"):gmatch("%a+") do
  if not words[word] then order[#order + 1] = word end
  words[word] = (words[word] or 0) + 1
end
table.sort(order, function(x, y) return words[x] > words[y] or words[x] == words[y] and x < y end)
for i = 1, 6 do print(order[i], words[order[i]]) end
