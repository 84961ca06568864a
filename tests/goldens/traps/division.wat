;; Division tests its operands first, so that the machine never faults: the divisor for zero and,
;; for signed division, the pair of the smallest integer and -1. A remainder by -1 is 0, not a trap.
;;! show = "clif"

(module
  (func (export "div_s") (param i32 i32) (result i32)
    (i32.div_s (local.get 0) (local.get 1)))
  (func (export "div_u") (param i64 i64) (result i64)
    (i64.div_u (local.get 0) (local.get 1)))
  (func (export "rem_s") (param i64 i64) (result i64)
    (i64.rem_s (local.get 0) (local.get 1)))
  (func (export "rem_u") (param i32 i32) (result i32)
    (i32.rem_u (local.get 0) (local.get 1))))

;; function(0) "div_s"
;; function u0:0(i64, i32, i32) -> i32 system_v {
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:4 sig0 ; trap_thunk(IntegerDivideByZero)
;;     fn1 = colocated u3:3 sig1 ; trap_thunk(IntegerOverflow)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     brif v2, block3, block2
;;
;; block3:
;;     v4 = iconst.i32 -2147483648
;;     v5 = icmp.i32 eq v1, v4  ; v4 = -2147483648
;;     v6 = iconst.i32 -1
;;     v7 = icmp.i32 eq v2, v6  ; v6 = -1
;;     v8 = band v5, v7
;;     brif v8, block4, block5
;;
;; block5:
;;     v9 = sdiv.i32 v1, v2
;;     return v9
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;;
;; block4 cold:
;;     call fn1(v0)
;;     trap user1
;; }
;;
;; function(1) "div_u"
;; function u0:1(i64, i64, i64) -> i64 system_v {
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:4 sig0 ; trap_thunk(IntegerDivideByZero)
;;
;; block0(v0: i64, v1: i64, v2: i64):
;;     brif v2, block3, block2
;;
;; block3:
;;     v4 = udiv.i64 v1, v2
;;     return v4
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }
;;
;; function(2) "rem_s"
;; function u0:2(i64, i64, i64) -> i64 system_v {
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:4 sig0 ; trap_thunk(IntegerDivideByZero)
;;
;; block0(v0: i64, v1: i64, v2: i64):
;;     brif v2, block3, block2
;;
;; block3:
;;     v4 = srem.i64 v1, v2
;;     return v4
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }
;;
;; function(3) "rem_u"
;; function u0:3(i64, i32, i32) -> i32 system_v {
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:4 sig0 ; trap_thunk(IntegerDivideByZero)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     brif v2, block3, block2
;;
;; block3:
;;     v4 = urem.i32 v1, v2
;;     return v4
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }
