;; A constant divisor needs no test that it always passes: none for 10; for -1, no test of the
;; divisor; for 0, no test of the quotient.
;;! show = "clif"

(module
  (func (export "by_ten") (param i32 i64) (result i32)
    (i32.div_s (local.get 0) (i32.const 10))
    (drop (i64.rem_u (local.get 1) (i64.const 10))))
  (func (export "by_minus_one") (param i64) (result i64)
    (i64.div_s (local.get 0) (i64.const -1)))
  (func (export "remainder_by_minus_one") (param i32) (result i32)
    (i32.rem_s (local.get 0) (i32.const -1)))
  (func (export "by_zero") (param i32) (result i32)
    (i32.div_u (local.get 0) (i32.const 0))))

;; function(0) "by_ten"
;; function u0:0(i64, i32, i64) -> i32 system_v {
;; block0(v0: i64, v1: i32, v2: i64):
;;     v4 = iconst.i32 10
;;     v5 = iconst.i32 0x6666_6667
;;     v6 = smulhi v1, v5  ; v5 = 0x6666_6667
;;     v7 = iconst.i32 2
;;     v8 = sshr v6, v7  ; v7 = 2
;;     v9 = iconst.i32 31
;;     v10 = sshr v1, v9  ; v9 = 31
;;     v11 = isub v8, v10
;;     v12 = iconst.i64 10
;;     v13 = iconst.i64 -3689348814741910323
;;     v14 = umulhi v2, v13  ; v13 = -3689348814741910323
;;     v15 = iconst.i64 3
;;     v16 = ushr v14, v15  ; v15 = 3
;;     v17 = iconst.i64 10
;;     v18 = imul v16, v17  ; v17 = 10
;;     v19 = isub v2, v18
;;     return v11
;; }
;;
;; function(1) "by_minus_one"
;; function u0:1(i64, i64) -> i64 system_v {
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:3 sig0 ; trap_thunk(IntegerOverflow)
;;
;; block0(v0: i64, v1: i64):
;;     v3 = iconst.i64 -1
;;     v4 = iconst.i64 -9223372036854775808
;;     v5 = icmp eq v1, v4  ; v4 = -9223372036854775808
;;     v6 = iconst.i64 -1
;;     v7 = icmp eq v3, v6  ; v3 = -1, v6 = -1
;;     v8 = band v5, v7
;;     brif v8, block2, block3
;;
;; block3:
;;     v9 = sdiv.i64 v1, v3  ; v3 = -1
;;     return v9
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }
;;
;; function(2) "remainder_by_minus_one"
;; function u0:2(i64, i32) -> i32 system_v {
;; block0(v0: i64, v1: i32):
;;     v3 = iconst.i32 -1
;;     v4 = srem v1, v3  ; v3 = -1
;;     return v4
;; }
;;
;; function(3) "by_zero"
;; function u0:3(i64, i32) -> i32 system_v {
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:4 sig0 ; trap_thunk(IntegerDivideByZero)
;;
;; block0(v0: i64, v1: i32):
;;     v3 = iconst.i32 0
;;     brif v3, block3, block2  ; v3 = 0
;;
;; block3:
;;     v4 = udiv.i32 v1, v3  ; v3 = 0
;;     return v4
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }
