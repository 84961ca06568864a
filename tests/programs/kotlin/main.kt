// All programs, each also an export.

fun main() {
    collections()
    coroutines()
    exceptions()
    strings()
    json()
}
