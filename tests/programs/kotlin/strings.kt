// Text: building, splitting, regular expressions, formats of numbers, characters beyond ASCII.

@OptIn(kotlin.wasm.ExperimentalWasmInterop::class)
@kotlin.wasm.WasmExport
fun strings() {
    val text = "The quick brown fox jumps over the lazy dog; the fox is quick."
    val words = text.lowercase().split(' ', ';', '.').filter { it.isNotEmpty() }
    println(words.groupingBy { it }.eachCount().entries.sortedWith(compareBy({ -it.value }, { it.key })).take(3))
    println(text.reversed().uppercase())
    println(Regex("(\\w)(\\w*)").replace(text) { "${it.groupValues[2]}${it.groupValues[1]}" })
    println("Grüße, 世界, \uD83D\uDE00".map { it.code.toString(16) })
    println(buildString { for (i in 1..2_000) append(i % 10) }.chunked(400).map { it.sumOf { digit -> digit - '0' } })
    println(listOf(0.1 + 0.2, 1e21, -0.0, 1.0 / 3, Double.MAX_VALUE, Float.MIN_VALUE, Double.NaN))
    println(listOf("12", "-7", "0x10", "9999999999", "").map { it.toIntOrNull() })
    println(levenshtein("the library of babel", "the labyrinth of babylon"))
    println((1..12).joinToString(limit = 5, prefix = "<", postfix = ">") { it.toString(2).padStart(5, '0') })
    println(caesar(caesar(text, 7), -7) == text)
}

private fun caesar(text: String, by: Int) = text.map {
    when (it) {
        in 'a'..'z' -> 'a' + (it - 'a' + by).mod(26)
        in 'A'..'Z' -> 'A' + (it - 'A' + by).mod(26)
        else -> it
    }
}.joinToString("")

private fun levenshtein(a: String, b: String): Int {
    var before = IntArray(b.length + 1) { it }
    for (i in a.indices) {
        val row = IntArray(b.length + 1)
        row[0] = i + 1
        for (j in b.indices) {
            val replaced = before[j] + if (a[i] == b[j]) 0 else 1
            row[j + 1] = minOf(replaced, row[j] + 1, before[j + 1] + 1)
        }
        before = row
    }
    return before[b.length]
}
