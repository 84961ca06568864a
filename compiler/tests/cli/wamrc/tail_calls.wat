;; Tail calls.
(module
  (func $down (export "down") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call $down (i32.sub (local.get 0) (i32.const 1)))))
