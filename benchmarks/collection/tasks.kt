// An operating system in miniature: tasks with priorities exchange messages through mailboxes. What runs next is
// decided with virtual calls on small objects in linked queues.

private class Message(val kind: Int, var number: Int) {
    var next: Message? = null
    var sender: Task? = null
    val data = IntArray(4)
}

private class Mailbox {
    private var first: Message? = null
    private var last: Message? = null

    fun isEmpty() = first == null

    fun put(message: Message) {
        message.next = null
        val tail = last
        if (tail == null) first = message else tail.next = message
        last = message
    }

    fun take(): Message? {
        val head = first ?: return null
        first = head.next
        if (first == null) last = null
        return head
    }
}

private enum class State { READY, WAITING, DONE }

private abstract class Task(val system: System, val priority: Int) {
    val mailbox = Mailbox()
    var state = State.READY
    var steps = 0
    var next: Task? = null

    /** Handles one message, or does the next piece of work if there is none. */
    abstract fun step(message: Message?)

    fun send(to: Task, message: Message) {
        message.sender = this
        to.mailbox.put(message)
        if (to.state == State.WAITING) system.wake(to)
    }
}

/** One queue for each priority, the most urgent first. */
private class System {
    private val first = arrayOfNulls<Task>(4)
    private val last = arrayOfNulls<Task>(4)
    private var ready = 0
    var switches = 0
    var checksum = 17

    fun wake(task: Task) {
        task.state = State.READY
        task.next = null
        val tail = last[task.priority]
        if (tail == null) first[task.priority] = task else tail.next = task
        last[task.priority] = task
        ready++
    }

    fun note(number: Int) {
        checksum = checksum * 31 + number
    }

    private fun take(): Task? {
        for (priority in first.indices) {
            val task = first[priority] ?: continue
            first[priority] = task.next
            if (task.next == null) last[priority] = null
            ready--
            return task
        }
        return null
    }

    fun run() {
        while (ready > 0) {
            val task = take() ?: break
            switches++
            task.steps++
            task.step(task.mailbox.take())
            if (task.state == State.READY) wake(task)
        }
    }
}

/** Sends numbers until it has sent enough, a few at a time, and reads the answers. */
private class Producer(system: System, val consumers: List<Task>, var left: Int, seed: Int) : Task(system, 2) {
    private var random = seed
    private var pending = 0

    private fun next(): Int {
        random = random * 1103515245 + 12345
        return (random ushr 16) and 0x7fff
    }

    override fun step(message: Message?) {
        if (message != null) {
            pending--
            system.note(message.number)
        }
        if (left > 0 && pending < 4) {
            left--
            pending++
            val work = Message(next() % 3, next())
            for (i in work.data.indices) work.data[i] = next() and 0xff
            send(consumers[next() % consumers.size], work)
        } else if (mailbox.isEmpty()) {
            state = if (left == 0 && pending == 0) State.DONE else State.WAITING
        }
    }
}

/** Works on messages, and passes them on. */
private abstract class Stage(system: System, priority: Int) : Task(system, priority) {
    abstract fun work(message: Message): Int

    override fun step(message: Message?) {
        if (message == null) {
            state = State.WAITING
            return
        }
        val sender = message.sender
        val answer = Message(message.kind, work(message))
        if (sender != null) send(sender, answer)
    }
}

private class Adder(system: System) : Stage(system, 1) {
    override fun work(message: Message) = message.number + message.data.sum()
}

private class Sorter(system: System) : Stage(system, 1) {
    override fun work(message: Message): Int {
        val data = message.data
        for (i in 1 until data.size) {
            val value = data[i]
            var at = i
            while (at > 0 && data[at - 1] > value) {
                data[at] = data[at - 1]
                at--
            }
            data[at] = value
        }
        return data[0] - data[3]
    }
}

/** Keeps what it has seen in a list of its own, the newest first, up to a length. */
private class Recorder(system: System) : Stage(system, 0) {
    private class Entry(val number: Int, val kind: Kind, var next: Entry?)

    private sealed class Kind {
        abstract fun weight(number: Int): Int
        object Small : Kind() { override fun weight(number: Int) = number and 15 }
        object Middle : Kind() { override fun weight(number: Int) = number shr 4 }
        class Large(private val by: Int) : Kind() { override fun weight(number: Int) = number xor by }
    }

    private var entries: Entry? = null

    override fun work(message: Message): Int {
        val kind = when (message.kind) {
            0 -> Kind.Small
            1 -> Kind.Middle
            else -> Kind.Large(message.data[0])
        }
        entries = Entry(message.number, kind, entries)
        var entry = entries
        var sum = 0
        var length = 0
        while (entry != null) {
            sum += entry.kind.weight(entry.number)
            if (++length == 8) entry.next = null
            entry = entry.next
        }
        return sum
    }
}

/** Does something now and then, as long as others have work. */
private class Idle(system: System, private val producers: List<Producer>) : Task(system, 3) {
    override fun step(message: Message?) {
        system.note(steps)
        if (producers.all { it.state == State.DONE }) state = State.DONE
    }
}

@OptIn(kotlin.wasm.ExperimentalWasmInterop::class)
@kotlin.wasm.WasmExport
fun tasks() {
    var total = 0
    var switches = 0
    for (round in 1..60) {
        val system = System()
        val stages = listOf(Adder(system), Sorter(system), Recorder(system), Adder(system), Recorder(system))
        val producers = List(6) { Producer(system, stages, 2_000, round * 100 + it) }
        for (task in stages) system.wake(task)
        for (task in producers) system.wake(task)
        system.wake(Idle(system, producers))
        system.run()
        total = total * 7 + system.checksum
        switches += system.switches
    }
    println("$switches switches, checksum $total")
}

fun main() {}
