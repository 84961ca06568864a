;; Fibonacci numbers over boxed numbers. Each argument is a reference, and each function needs one again after a call.
(module
  ;; A number, and the box of the number below it.
  (type $number (struct (field $value i32) (field $below (ref null $number))))
  (func $box (param $n i32) (result (ref $number))
    (local $at i32) (local $last (ref null $number))
    (loop $more
      (local.set $last (struct.new $number (local.get $at) (local.get $last)))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $more (i32.le_s (local.get $at) (local.get $n))))
    (ref.as_non_null (local.get $last)))
  (func $fib (param $n (ref null $number)) (result i32)
    (if (i32.lt_s (struct.get $number $value (local.get $n)) (i32.const 2))
      (then (return (struct.get $number $value (local.get $n)))))
    (i32.add
      (call $fib (struct.get $number $below (local.get $n)))
      (call $fib (struct.get $number $below (struct.get $number $below (local.get $n))))))
  (func (export "run") (param $n i32) (result i32) (call $fib (call $box (local.get $n))))
  ;; The same, with a new box for each argument and each result.
  (func $new (param $n i32) (result (ref $number)) (struct.new $number (local.get $n) (ref.null $number)))
  (func $allocating (param $n (ref $number)) (result (ref $number))
    (if (i32.lt_s (struct.get $number $value (local.get $n)) (i32.const 2)) (then (return (local.get $n))))
    (call $new (i32.add
      (struct.get $number $value (call $allocating
        (call $new (i32.sub (struct.get $number $value (local.get $n)) (i32.const 1)))))
      (struct.get $number $value (call $allocating
        (call $new (i32.sub (struct.get $number $value (local.get $n)) (i32.const 2))))))))
  (func (export "allocating") (param $n i32) (result i32)
    (struct.get $number $value (call $allocating (call $new (local.get $n))))))
