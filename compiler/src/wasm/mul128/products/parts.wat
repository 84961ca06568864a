;; The way of clang's `__multi3`: no sum exceeds 64 bits, and the upper half is stored first.
(module
  (memory 1)
  (func $product (param $to i32) (param $a i64) (param $a_upper i64) (param $b i64) (param $b_upper i64)
    (local $a0 i64) (local $a1 i64) (local $b0 i64) (local $b1 i64)
    (local $low i64) (local $first i64) (local $second i64)
    (local.set $a0 (i64.and (local.get $a) (i64.const 0xffffffff)))
    (local.set $a1 (i64.shr_u (local.get $a) (i64.const 32)))
    (local.set $b0 (i64.and (local.get $b) (i64.const 0xffffffff)))
    (local.set $b1 (i64.shr_u (local.get $b) (i64.const 32)))
    (local.set $low (i64.mul (local.get $b0) (local.get $a0)))
    (local.set $first (i64.add
      (i64.shr_u (local.get $low) (i64.const 32))
      (i64.mul (local.get $b0) (local.get $a1))))
    (local.set $second (i64.add
      (i64.and (local.get $first) (i64.const 0xffffffff))
      (i64.mul (local.get $b1) (local.get $a0))))
    (i64.store offset=8 (local.get $to)
      (i64.add
        (i64.add
          (i64.add
            (i64.add
              (i64.mul (local.get $b_upper) (local.get $a))
              (i64.mul (local.get $a_upper) (local.get $b)))
            (i64.mul (local.get $b1) (local.get $a1)))
          (i64.shr_u (local.get $first) (i64.const 32)))
        (i64.shr_u (local.get $second) (i64.const 32))))
    (i64.store (local.get $to)
      (i64.or
        (i64.shl (local.get $second) (i64.const 32))
        (i64.and (local.get $low) (i64.const 0xffffffff)))))
  (func (export "product") (param i64 i64 i64 i64) (result i64 i64)
    (call $product (i32.const 16) (local.get 0) (local.get 1) (local.get 2) (local.get 3))
    (i64.load (i32.const 16))
    (i64.load (i32.const 24)))
  (func (export "square") (param i64) (result i64 i64)
    (call $product (i32.const 16) (local.get 0) (i64.const 0) (local.get 0) (i64.const 0))
    (i64.load (i32.const 16))
    (i64.load (i32.const 24)))
  (func (export "store") (param i32 i64 i64)
    (call $product (local.get 0) (local.get 1) (i64.const 0) (local.get 2) (i64.const 0)))
  (func (export "load") (param i32) (result i64)
    (i64.load (local.get 0))))
