;; call_indirect checks in the order of the specification: the index (8), the element (9; null has
;; all bits set in the low half of the slot), the type (6). No import has the type, so every element
;; is a function with code. Types are compared by the smallest index of an equal type: $b is $a.
;;! show = "clif"

(module
  (type $a (func (param i32) (result i32)))
  (type $b (func (param i32) (result i32)))
  (import "env" "other" (func (param i64)))
  (table 4 funcref)
  (func (export "f") (param i32) (result i32)
    (call_indirect (type $b) (local.get 0) (local.get 0))))

;; function(1) "f"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 2 "tables"
;;     sig0 = (i64, i32) -> i32 system_v
;;     sig1 = (i64) system_v
;;     sig2 = (i64) system_v
;;     sig3 = (i64) system_v
;;     fn0 = colocated u3:8 sig1 ; trap_thunk(UndefinedElement)
;;     fn1 = colocated u3:9 sig2 ; trap_thunk(UninitializedElement)
;;     fn2 = colocated u3:6 sig3 ; trap_thunk(IndirectCallTypeMismatch)
;;
;; block0(v0: i64, v1: i32):
;;     v5 = load.i64 notrap aligned readonly can_move v0+16
;;     v13 = load.i64 notrap aligned readonly can_move v5+48
;;     v21 = load.i64 notrap aligned readonly can_move v5+40
;;     v3 = iconst.i32 4
;;     v4 = icmp uge v1, v3  ; v3 = 4
;;     brif v4, block2, block3
;;
;; block3:
;;     v6 = uextend.i64 v1
;;     v7 = iconst.i64 3
;;     v8 = ishl v6, v7  ; v7 = 3
;;     v9 = iadd.i64 v5, v8
;;     v10 = load.i32 notrap region0 v9+488
;;     v11 = iconst.i32 -1
;;     v12 = icmp eq v10, v11  ; v11 = -1
;;     brif v12, block4, block5
;;
;; block5:
;;     v14 = uextend.i64 v10
;;     v15 = iconst.i64 2
;;     v16 = ishl v14, v15  ; v15 = 2
;;     v17 = iadd.i64 v13, v16
;;     v18 = load.i32 notrap aligned readonly v17
;;     v19 = iconst.i32 0
;;     v20 = icmp ne v18, v19  ; v19 = 0
;;     brif v20, block6, block7
;;
;; block7:
;;     v22 = uextend.i64 v10
;;     v23 = iconst.i64 3
;;     v24 = ishl v22, v23  ; v23 = 3
;;     v25 = iadd.i64 v21, v24
;;     v26 = load.i64 notrap aligned readonly v25
;;     v27 = call_indirect sig0, v26(v0, v1)
;;     return v27
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;;
;; block4 cold:
;;     call fn1(v0)
;;     trap user1
;;
;; block6 cold:
;;     call fn2(v0)
;;     trap user1
;; }
