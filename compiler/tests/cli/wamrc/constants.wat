;; Arithmetic in constant expressions, of constants and of imports.
(module
  (import "env" "base" (global $base i32))
  (memory 1)
  (global (export "sum") i32 (i32.add (i32.const 40) (i32.const 2)))
  (global i64 (i64.mul (i64.const 6) (i64.const 7)))
  (data (i32.add (i32.const 16) (i32.const 16)) "folded")
  (data (i32.add (global.get $base) (i32.const 16)) "not folded"))
