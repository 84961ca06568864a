// Suspended functions: sequences, generators that call each other, and a scheduler.

import kotlin.coroutines.*

private fun primes(): Sequence<Int> = sequence {
    val known = mutableListOf<Int>()
    var candidate = 2
    while (true) {
        if (known.takeWhile { it * it <= candidate }.none { candidate % it == 0 }) {
            known.add(candidate)
            yield(candidate)
        }
        candidate++
    }
}

private fun hanoi(n: Int, from: Char, to: Char, over: Char): Sequence<String> = sequence {
    if (n > 0) {
        yieldAll(hanoi(n - 1, from, over, to))
        yield("$n:$from$to")
        yieldAll(hanoi(n - 1, over, to, from))
    }
}

private class Scheduler {
    private val ready = ArrayDeque<Continuation<Unit>>()
    val log = mutableListOf<String>()

    fun start(name: String, block: suspend Scheduler.() -> Int) {
        val completion = Continuation<Int>(EmptyCoroutineContext) { result ->
            log.add("$name ends with ${result.getOrElse { it.message }}")
        }
        ready.addLast(block.createCoroutine(this, completion))
    }

    suspend fun pause() = suspendCoroutine<Unit> { ready.addLast(it) }

    fun run() {
        while (ready.isNotEmpty()) ready.removeFirst().resume(Unit)
    }
}

@OptIn(kotlin.wasm.ExperimentalWasmInterop::class)
@kotlin.wasm.WasmExport
fun coroutines() {
    println(primes().take(20).toList())
    println(primes().drop(500).first())
    println(hanoi(4, 'a', 'c', 'b').joinToString(" "))
    println(hanoi(12, 'a', 'c', 'b').count())
    val scheduler = Scheduler()
    for (task in 1..3) {
        scheduler.start("task $task") {
            var sum = 0
            for (step in 1..task * 2) {
                sum += step
                log.add("$task.$step")
                pause()
                if (task == 3 && step == 4) throw IllegalStateException("task 3 gives up")
            }
            sum
        }
    }
    scheduler.run()
    println(scheduler.log)
}
