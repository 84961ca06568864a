;; A function has one cold block for each kind of trap that it can raise, however often it can.
;;! show = "clif"

(module
  (func (export "f") (param i32 i32 i32) (result i32)
    (i32.div_u (i32.rem_u (local.get 0) (local.get 1)) (local.get 2))
    (if (result i32) (i32.eqz)
      (then (unreachable))
      (else (unreachable)))))

;; function(0) "f"
;; function u0:0(i64, i32, i32, i32) -> i32 system_v {
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:4 sig0 ; trap_thunk(IntegerDivideByZero)
;;     fn1 = colocated u3:0 sig1 ; trap_thunk(Unreachable)
;;
;; block0(v0: i64, v1: i32, v2: i32, v3: i32):
;;     brif v2, block3, block2
;;
;; block3:
;;     v5 = urem.i32 v1, v2
;;     brif.i32 v3, block4, block2
;;
;; block4:
;;     v6 = udiv.i32 v5, v3
;;     v7 = iconst.i32 0
;;     v8 = icmp eq v6, v7  ; v7 = 0
;;     brif v8, block5, block7
;;
;; block5:
;;     jump block8
;;
;; block7:
;;     jump block8
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;;
;; block8 cold:
;;     call fn1(v0)
;;     trap user1
;; }
