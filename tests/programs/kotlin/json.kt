// A parser and a printer of JSON, with sealed classes.

private sealed interface Json {
    data object Null : Json
    data class Bool(val value: Boolean) : Json
    data class Number(val value: Double) : Json
    data class Text(val value: String) : Json
    data class Items(val items: List<Json>) : Json
    data class Fields(val fields: Map<String, Json>) : Json
}

private class ParseError(val position: Int, what: String) : Exception("$what at $position")

private class Parser(private val text: String) {
    private var at = 0

    fun parse(): Json {
        val value = value()
        space()
        if (at < text.length) fail("more text")
        return value
    }

    private fun fail(what: String): Nothing = throw ParseError(at, what)

    private fun space() {
        while (at < text.length && text[at].isWhitespace()) at++
    }

    private fun expect(symbol: Char) {
        if (text.getOrNull(at) != symbol) fail("no '$symbol'")
        at++
    }

    private fun value(): Json {
        space()
        return when (text.getOrNull(at)) {
            '{' -> fields()
            '[' -> items()
            '"' -> Json.Text(string())
            't' -> word("true", Json.Bool(true))
            'f' -> word("false", Json.Bool(false))
            'n' -> word("null", Json.Null)
            else -> number()
        }
    }

    private fun word(word: String, value: Json): Json {
        if (!text.startsWith(word, at)) fail("no $word")
        at += word.length
        return value
    }

    private fun number(): Json {
        val start = at
        while (at < text.length && (text[at].isDigit() || text[at] in "+-.eE")) at++
        val value = text.substring(start, at).toDoubleOrNull() ?: fail("no value")
        return Json.Number(value)
    }

    private fun string(): String {
        expect('"')
        val result = StringBuilder()
        while (true) {
            when (val symbol = text.getOrNull(at++) ?: fail("no end of a string")) {
                '"' -> return result.toString()
                '\\' -> when (val escape = text.getOrNull(at++)) {
                    'n' -> result.append('\n')
                    'u' -> {
                        result.append(text.substring(at, at + 4).toInt(16).toChar())
                        at += 4
                    }
                    null -> fail("no escape")
                    else -> result.append(escape)
                }
                else -> result.append(symbol)
            }
        }
    }

    private fun items(): Json {
        expect('[')
        val items = mutableListOf<Json>()
        space()
        if (text.getOrNull(at) == ']') { at++; return Json.Items(items) }
        while (true) {
            items.add(value())
            space()
            if (text.getOrNull(at) != ',') break
            at++
        }
        expect(']')
        return Json.Items(items)
    }

    private fun fields(): Json {
        expect('{')
        val fields = LinkedHashMap<String, Json>()
        space()
        if (text.getOrNull(at) == '}') { at++; return Json.Fields(fields) }
        while (true) {
            space()
            val name = string()
            space()
            expect(':')
            fields[name] = value()
            space()
            if (text.getOrNull(at) != ',') break
            at++
        }
        expect('}')
        return Json.Fields(fields)
    }
}

private fun print(json: Json, out: StringBuilder) {
    when (json) {
        is Json.Null -> out.append("null")
        is Json.Bool -> out.append(json.value)
        is Json.Number -> out.append(json.value)
        is Json.Text -> out.append('"').append(json.value.replace("\n", "\\n")).append('"')
        is Json.Items -> json.items.forEachIndexed { index, item ->
            out.append(if (index == 0) "[" else ",")
            print(item, out)
        }.also { out.append(if (json.items.isEmpty()) "[]" else "]") }
        is Json.Fields -> {
            out.append('{')
            json.fields.entries.forEachIndexed { index, (name, value) ->
                if (index > 0) out.append(',')
                out.append('"').append(name).append("\":")
                print(value, out)
            }
            out.append('}')
        }
    }
}

private fun sum(json: Json): Double = when (json) {
    is Json.Number -> json.value
    is Json.Items -> json.items.sumOf { sum(it) }
    is Json.Fields -> json.fields.values.sumOf { sum(it) }
    else -> 0.0
}

@OptIn(kotlin.wasm.ExperimentalWasmInterop::class)
@kotlin.wasm.WasmExport
fun json() {
    val source = """{"name": "cwamrc", "tags": ["fast", "small\n", "\u00e9"], "n": [1, -2.5, 3e2], "x": null, "ok": true, "e": {}, "f": []}"""
    println(StringBuilder().also { print(Parser(source).parse(), it) })
    for (wrong in listOf("[1, 2", "{\"a\" 1}", "nul", "\"abc", "[1] 2", "")) {
        try {
            println(Parser(wrong).parse())
        } catch (e: ParseError) {
            println("$wrong: ${e.message} (${e.position})")
        }
    }
    var large = "[0"
    for (depth in 1..12) large = "[$large, {\"d\": $depth, \"list\": [${(1..depth * 20).joinToString()}]}]"
    large = large.replaceFirst("[0", "[0]")
    val parsed = Parser(large).parse()
    println("${large.length} characters, sum ${sum(parsed)}")
    val printed = StringBuilder().also { print(parsed, it) }.toString()
    println(Parser(printed).parse() == parsed)
}
