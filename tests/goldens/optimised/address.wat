;;! show = "clif"

;; A constant that is added to a small number becomes part of the offset of an access.

(module
  (memory 2)
  (func (export "entry") (param i32) (result i32)
    (i32.load (i32.add (i32.shl (i32.and (local.get 0) (i32.const 255)) (i32.const 2))
      (i32.const 65536))))
  (func (export "any") (param i32) (result i32)
    (i32.load (i32.add (local.get 0) (i32.const 65536)))))

;; function(0) "entry"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32):
;;     v9 = load.i64 notrap aligned readonly can_move v0+16
;;     v10 = load.i64 notrap aligned readonly can_move v9+376
;;     v3 = iconst.i32 255
;;     v4 = band v1, v3  ; v3 = 255
;;     v5 = iconst.i32 2
;;     v6 = ishl v4, v5  ; v5 = 2
;;     v7 = iconst.i32 0x0001_0000
;;     v8 = iadd v6, v7  ; v7 = 0x0001_0000
;;     v11 = uextend.i64 v6
;;     v12 = iadd v10, v11
;;     v13 = load.i32 region0 v12+0x0001_0000
;;     return v13
;; }
;;
;; function(1) "any"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32):
;;     v5 = load.i64 notrap aligned readonly can_move v0+16
;;     v6 = load.i64 notrap aligned readonly can_move v5+376
;;     v3 = iconst.i32 0x0001_0000
;;     v4 = iadd v1, v3  ; v3 = 0x0001_0000
;;     v7 = uextend.i64 v4
;;     v8 = iadd v6, v7
;;     v9 = load.i32 region0 v8
;;     return v9
;; }
