;; Code without references: calls, loops over memory, and numbers. A table of functions has references, though the code
;; sees none of them.
(module
  (type $step (func (param i32) (result i32)))
  (memory 16 16)
  (table 4 4 funcref)
  (elem (i32.const 0) $double $half $next $turn)
  (func $double (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func $half (param i32) (result i32) (i32.shr_u (local.get 0) (i32.const 1)))
  (func $next (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $turn (param i32) (result i32) (i32.rotl (local.get 0) (i32.const 7)))
  (func (export "choose") (param i32) (table.set (local.get 0) (ref.func $turn)))
  (func (export "indirect") (param $n i32) (result i32)
    (local $at i32)
    (loop $more
      (local.set $at (call_indirect (type $step) (local.get $at)
        (i32.and (i32.mul (local.get $n) (i32.const 0x9e37)) (i32.const 3))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $at))
  (func $fib (param $n i32) (result i32)
    (if (i32.lt_s (local.get $n) (i32.const 2)) (then (return (local.get $n))))
    (i32.add
      (call $fib (i32.sub (local.get $n) (i32.const 1)))
      (call $fib (i32.sub (local.get $n) (i32.const 2)))))
  (func (export "calls") (param $n i32) (result i32) (call $fib (local.get $n)))
  ;; Counts the primes below a million `n` times.
  (func (export "memory") (param $n i32) (result i32)
    (local $at i32) (local $multiple i32) (local $found i32)
    (loop $again
      (memory.fill (i32.const 0) (i32.const 0) (i32.const 1000000))
      (local.set $at (i32.const 2))
      (loop $next
        (if (i32.eqz (i32.load8_u (local.get $at)))
          (then
            (local.set $found (i32.add (local.get $found) (i32.const 1)))
            (local.set $multiple (i32.add (local.get $at) (local.get $at)))
            (block $done
              (loop $strike
                (br_if $done (i32.ge_u (local.get $multiple) (i32.const 1000000)))
                (i32.store8 (local.get $multiple) (i32.const 1))
                (local.set $multiple (i32.add (local.get $multiple) (local.get $at)))
                (br $strike)))))
        (br_if $next
          (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 1000000))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $found))
  ;; Steps of a spring, as a checksum of where it is.
  (func (export "numbers") (param $n i32) (result i32)
    (local $x f64) (local $v f64)
    (local.set $x (f64.const 1))
    (loop $more
      (local.set $v (f64.sub (local.get $v) (f64.mul (f64.const 0.001) (local.get $x))))
      (local.set $x (f64.add (local.get $x) (f64.mul (f64.const 0.001) (local.get $v))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.trunc_f64_s (f64.mul (f64.const 1000000) (local.get $x)))))
