// Exceptions: caught by type, through many frames, with finally, nested, and with causes.

private class Failure(message: String, val depth: Int, cause: Throwable? = null) : Exception(message, cause)

private fun descend(depth: Int, at: Int): List<Int> {
    if (depth == at) throw Failure("at $at", depth)
    val below = try {
        descend(depth + 1, at)
    } finally {
        steps++
    }
    return below + depth
}

private var steps = 0

private class Resource(private val name: String, private val log: MutableList<String>) : AutoCloseable {
    init {
        log.add("open $name")
    }

    override fun close() {
        log.add("close $name")
        if (name == "b") throw IllegalStateException("$name does not close")
    }
}

private fun attempt(number: Int): String = try {
    when (number) {
        0 -> listOf(1, 2, 3)[5].toString()
        1 -> "x1".toInt().toString()
        2 -> (null as String?)!!.length.toString()
        3 -> (number as Any as String)
        4 -> emptyList<Int>().first().toString()
        5 -> (1 / (number - 5)).toString()
        6 -> error("an error")
        7 -> throw Failure("own", 7, Failure("cause", 8))
        else -> "fine"
    }
} catch (e: IndexOutOfBoundsException) {
    "index"
} catch (e: NumberFormatException) {
    "number"
} catch (e: NullPointerException) {
    "null"
} catch (e: ClassCastException) {
    "cast"
} catch (e: NoSuchElementException) {
    "element"
} catch (e: ArithmeticException) {
    "arithmetic"
} catch (e: Failure) {
    "failure ${e.message} because of ${e.cause?.message}"
} catch (e: Exception) {
    "other: ${e.message}"
}

@OptIn(kotlin.wasm.ExperimentalWasmInterop::class)
@kotlin.wasm.WasmExport
fun exceptions() {
    println((0..8).map { attempt(it) })
    for (depth in listOf(1, 10, 200)) {
        try {
            println(descend(0, depth))
        } catch (e: Failure) {
            println("caught ${e.message}, depth ${e.depth}, $steps steps")
        }
    }
    val log = mutableListOf<String>()
    try {
        Resource("a", log).use { Resource("b", log).use { throw Failure("inside", 1) } }
    } catch (e: Failure) {
        log.add("${e.message}, suppressed ${e.suppressedExceptions.map { it.message }}")
    }
    println(log)
    var total = 0
    for (i in 0 until 20_000) {
        total += try {
            if (i % 3 == 0) throw Failure("loop", i)
            1
        } catch (e: Failure) {
            e.depth % 5
        }
    }
    println(total)
}
