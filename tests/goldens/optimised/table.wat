;;! show = "clif"
;;! functions = ["function(2)"]

;; The size of a table that cannot grow is a constant; no element is an import, though one has the
;; type, so there is no test for that.

(module
  (import "env" "f" (func $import (param i32)))
  (table 3 3 funcref)
  (elem (i32.const 1) $own)
  (func $own (param i32))
  (func $call (param i32 i32)
    (call_indirect (param i32) (local.get 0) (local.get 1))))

;; function(2) "call"
;; function u0:2(i64, i32, i32) system_v {
;;     region0 = 2 "tables"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     sig2 = (i64) system_v
;;     fn0 = colocated u3:8 sig0 ; trap_thunk(UndefinedElement)
;;     fn1 = colocated u3:9 sig1 ; trap_thunk(UninitializedElement)
;;     fn2 = colocated u3:6 sig2 ; trap_thunk(IndirectCallTypeMismatch)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v7 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = iconst.i32 1
;;     v4 = icmp eq v2, v3  ; v3 = 1
;;     brif v4, block2, block3
;;
;; block3 cold:
;;     v5 = iconst.i32 3
;;     v6 = icmp.i32 uge v2, v5  ; v5 = 3
;;     brif v6, block4, block5
;;
;; block5 cold:
;;     v8 = uextend.i64 v2
;;     v9 = iconst.i64 3
;;     v10 = ishl v8, v9  ; v9 = 3
;;     v11 = iadd.i64 v7, v10
;;     v12 = load.i32 notrap region0 v11+488
;;     v13 = iconst.i32 -1
;;     v14 = icmp eq v12, v13  ; v13 = -1
;;     brif v14, block6, block7
;;
;; block7 cold:
;;     jump block8
;;
;; block2:
;;     return
;;
;; block4 cold:
;;     call fn0(v0)
;;     trap user1
;;
;; block6 cold:
;;     call fn1(v0)
;;     trap user1
;;
;; block8 cold:
;;     call fn2(v0)
;;     trap user1
;; }
