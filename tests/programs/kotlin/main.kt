// Each program is an export, and does nothing before it is called.

fun main() {}
