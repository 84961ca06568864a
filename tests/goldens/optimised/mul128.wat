;;! show = "clif"
;;! functions = ["function(0)", "function(1)"]

;; A function that computes a 128-bit product from parts is recognised by what it computes. Its body
;; becomes one multiplication of 64 by 64 bits and two for the upper halves, and it is inlined. For
;; a product of two 64-bit numbers, Cranelift leaves only one multiplication.

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
    (local.set $first (i64.mul (local.get $b1) (local.get $a0)))
    (local.set $second (i64.add (local.get $first) (i64.mul (local.get $b0) (local.get $a1))))
    (local.set $a0 (i64.add (local.get $low) (i64.shl (local.get $second) (i64.const 32))))
    (i64.store (local.get $to) (local.get $a0))
    (i64.store offset=8 (local.get $to)
      (i64.add
        (i64.add
          (i64.add
            (i64.mul (local.get $b1) (local.get $a1))
            (i64.or
              (i64.shl
                (i64.extend_i32_u (i64.lt_u (local.get $second) (local.get $first)))
                (i64.const 32))
              (i64.shr_u (local.get $second) (i64.const 32))))
          (i64.extend_i32_u (i64.lt_u (local.get $a0) (local.get $low))))
        (i64.add
          (i64.mul (local.get $b_upper) (local.get $a))
          (i64.mul (local.get $b) (local.get $a_upper))))))
  (func $wide (param i32 i64 i64) (result i64)
    (call $product (local.get 0) (local.get 1) (i64.const 0) (local.get 2) (i64.const 0))
    (i64.load offset=8 (local.get 0))))

;; function(0) "product"
;; function u0:0(i64, i32, i64, i64, i64, i64) system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32, v2: i64, v3: i64, v4: i64, v5: i64):
;;     v16 = load.i64 notrap aligned readonly can_move v0+16
;;     v17 = load.i64 notrap aligned readonly can_move v16+376
;;     v6 = iconst.i64 0
;;     v7 = uextend.i128 v2
;;     v8 = uextend.i128 v4
;;     v9 = imul v7, v8
;;     v10, v11 = isplit v9
;;     v12 = imul v2, v5
;;     v13 = iadd v11, v12
;;     v14 = imul v4, v3
;;     v15 = iadd v13, v14
;;     v18 = uextend.i64 v1
;;     v19 = iadd v17, v18
;;     store region0 v10, v19
;;     store region0 v15, v19+8
;;     return
;; }
;;
;; function(1) "wide"
;; function u0:1(i64, i32, i64, i64) -> i64 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32, v2: i64, v3: i64):
;;     v13 = load.i64 notrap aligned readonly can_move v0+16
;;     v14 = load.i64 notrap aligned readonly can_move v13+376
;;     v5 = iconst.i64 0
;;     v6 = iconst.i64 0
;;     v7 = iconst.i64 0
;;     v8 = uextend.i128 v2
;;     v9 = uextend.i128 v3
;;     v10 = imul v8, v9
;;     v11, v12 = isplit v10
;;     v15 = uextend.i64 v1
;;     v16 = iadd v14, v15
;;     store region0 v11, v16
;;     store region0 v12, v16+8
;;     v17 = load.i64 region0 v16+8
;;     return v17
;; }
