;;! show = "clif"
;;! functions = ["function(2)"]

;; The table, which is private and never changes, has a single function of the type. A call of it is
;; a comparison and a direct call, which is inlined here. All other indexes raise a trap, in cold
;; blocks.

(module
  (type $unary (func (param i32) (result i32)))
  (table 3 3 funcref)
  (elem (i32.const 1) $double $nothing)
  (func $double (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func $nothing)
  (func $apply (param i32 i32) (result i32)
    (call_indirect (type $unary) (local.get 0) (local.get 1))))

;; function(2) "apply"
;; function u0:2(i64, i32, i32) -> i32 system_v {
;;     region0 = 2 "tables"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     sig2 = (i64) system_v
;;     fn0 = colocated u3:8 sig0 ; trap_thunk(UndefinedElement)
;;     fn1 = colocated u3:9 sig1 ; trap_thunk(UninitializedElement)
;;     fn2 = colocated u3:6 sig2 ; trap_thunk(IndirectCallTypeMismatch)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v8 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = iconst.i32 1
;;     v5 = icmp eq v2, v4  ; v4 = 1
;;     brif v5, block2, block3
;;
;; block3 cold:
;;     v6 = iconst.i32 3
;;     v7 = icmp.i32 uge v2, v6  ; v6 = 3
;;     brif v7, block4, block5
;;
;; block5 cold:
;;     v9 = uextend.i64 v2
;;     v10 = iconst.i64 3
;;     v11 = ishl v9, v10  ; v10 = 3
;;     v12 = iadd.i64 v8, v11
;;     v13 = load.i32 notrap region0 v12+488
;;     v14 = iconst.i32 -1
;;     v15 = icmp eq v13, v14  ; v14 = -1
;;     brif v15, block6, block7
;;
;; block7 cold:
;;     jump block8
;;
;; block2:
;;     v17 = iconst.i32 1
;;     v18 = ishl.i32 v1, v17  ; v17 = 1
;;     return v18
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
