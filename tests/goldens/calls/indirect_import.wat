;; An import has the type, so an element may be an import, which has no code with the module's
;; calling convention: function indexes below the number of imports go to the thunk.
;;! opt-level = 2
;;! show = "clif"

(module
  (type $t (func (param i32) (result i32)))
  (import "env" "f" (func (type $t)))
  (import "env" "g" (func (param f64)))
  (table 4 funcref)
  (func (export "f") (param i32) (result i32)
    (call_indirect (type $t) (local.get 0) (local.get 0))))

;; function(2) "f"
;; function u0:2(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 2 "tables"
;;     sig0 = (i64, i32, i32) -> i32 system_v
;;     sig1 = (i64, i32) -> i32 system_v
;;     sig2 = (i64) system_v
;;     sig3 = (i64) system_v
;;     sig4 = (i64) system_v
;;     fn0 = colocated u2:0 sig0 ; import_thunk(0)
;;     fn1 = colocated u3:8 sig2 ; trap_thunk(UndefinedElement)
;;     fn2 = colocated u3:9 sig3 ; trap_thunk(UninitializedElement)
;;     fn3 = colocated u3:6 sig4 ; trap_thunk(IndirectCallTypeMismatch)
;;
;; block0(v0: i64, v1: i32):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v13 = load.i64 notrap aligned readonly can_move v3+48
;;     v25 = load.i64 notrap aligned readonly can_move v3+40
;;     v4 = load.i32 notrap region0 v3+480
;;     v5 = icmp uge v1, v4
;;     brif v5, block2, block3
;;
;; block3:
;;     v6 = uextend.i64 v1
;;     v7 = iconst.i64 3
;;     v8 = ishl v6, v7  ; v7 = 3
;;     v9 = iadd.i64 v3, v8
;;     v10 = load.i32 notrap region1 v9+488
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
;;     v22 = iconst.i32 2
;;     v23 = icmp.i32 ult v10, v22  ; v22 = 2
;;     brif v23, block8, block9
;;
;; block8 cold:
;;     v24 = call fn0(v0, v1, v10)
;;     jump block10(v24)
;;
;; block9:
;;     v26 = uextend.i64 v10
;;     v27 = iconst.i64 3
;;     v28 = ishl v26, v27  ; v27 = 3
;;     v29 = iadd.i64 v25, v28
;;     v30 = load.i64 notrap aligned readonly v29
;;     v31 = call_indirect sig1, v30(v0, v1)
;;     jump block10(v31)
;;
;; block10(v21: i32):
;;     return v21
;;
;; block2 cold:
;;     call fn1(v0)
;;     trap user1
;;
;; block4 cold:
;;     call fn2(v0)
;;     trap user1
;;
;; block6 cold:
;;     call fn3(v0)
;;     trap user1
;; }
