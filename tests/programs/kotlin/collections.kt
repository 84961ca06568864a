// Lists, maps and sets of boxed values, sorting, generics, and enough garbage for collections.

private data class Point(val x: Int, val y: Int) : Comparable<Point> {
    override fun compareTo(other: Point) = compareValuesBy(this, other, { it.x * it.x + it.y * it.y }, { it.x })
}

private class Tree<K : Comparable<K>, V> {
    private class Node<K, V>(val key: K, var value: V, var left: Node<K, V>? = null, var right: Node<K, V>? = null)
    private var root: Node<K, V>? = null

    fun put(key: K, value: V) {
        root = insert(root, key, value)
    }

    private fun insert(node: Node<K, V>?, key: K, value: V): Node<K, V> {
        if (node == null) return Node(key, value)
        when {
            key < node.key -> node.left = insert(node.left, key, value)
            key > node.key -> node.right = insert(node.right, key, value)
            else -> node.value = value
        }
        return node
    }

    fun walk(visit: (K, V) -> Unit) = walk(root, visit)

    private fun walk(node: Node<K, V>?, visit: (K, V) -> Unit) {
        if (node == null) return
        walk(node.left, visit)
        visit(node.key, node.value)
        walk(node.right, visit)
    }
}

private class Random(private var state: Long) {
    fun next(bound: Int): Int {
        state = state * 6364136223846793005L + 1442695040888963407L
        return ((state ushr 33) % bound).toInt()
    }
}

@OptIn(kotlin.wasm.ExperimentalWasmInterop::class)
@kotlin.wasm.WasmExport
fun collections() {
    val random = Random(42)
    val points = List(2_000) { Point(random.next(100), random.next(100)) }
    println(points.sorted().take(5))
    println(points.groupBy { it.x % 7 }.mapValues { it.value.size }.toList().sortedBy { it.first })
    println(points.toSet().size)
    val tree = Tree<String, Int>()
    for (point in points) tree.put("k${point.x}", point.y)
    var sum = 0L
    var count = 0
    tree.walk { key, value -> sum += key.length * value; count++ }
    println("$count keys, $sum")
    val queue = ArrayDeque<Long>()
    for (i in 0L until 200_000L) {
        queue.addLast(i)
        if (queue.size > 100) queue.removeFirst()
    }
    println(queue.sum())
    val byLength = HashMap<Int, MutableList<String>>()
    for (i in 0 until 20_000) byLength.getOrPut(i.toString().length) { mutableListOf() }.add(i.toString())
    println(byLength.map { (length, all) -> length to all.size })
    val grid = Array(64) { row -> IntArray(64) { column -> row xor column } }
    println(grid.sumOf { it.sum() })
    println(listOf(1, 2.5, 'c', "text", null, 7L, true).map { describe(it) })
}

private fun describe(value: Any?): String = when (value) {
    null -> "nothing"
    is Int -> "int ${value + 1}"
    is Long -> "long ${value * 2}"
    is Double -> "double ${value / 2}"
    is Char -> "char ${value.code}"
    is String -> "string of ${value.length}"
    is Boolean -> if (value) "yes" else "no"
    else -> "?"
}
