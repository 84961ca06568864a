;; In software mode the helpers of table ranges come back after an exception, which is tested for.
;; table.grow raises none: it gives -1.
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0

(module
  (table $a 2 funcref)
  (func (export "copy") (param $to i32) (param $from i32) (param $length i32)
    (table.copy $a $a (local.get $to) (local.get $from) (local.get $length)))
  (func (export "grow") (param $delta i32) (result i32)
    (table.grow $a (ref.null func) (local.get $delta))))

;; function(0) "copy"
;; function u0:0(i64, i32, i32, i32) system_v {
;;     region0 = 1 "instance"
;;     sig0 = (i64, i32 sext, i32 sext, i32 sext, i32 sext, i32 sext) system_v
;;     fn0 = colocated u4:30 sig0 ; aot_table_copy
;;
;; block0(v0: i64, v1: i32, v2: i32, v3: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = iconst.i32 0
;;     v5 = iconst.i32 0
;;     call fn0(v6, v4, v5, v3, v2, v1)  ; v4 = 0, v5 = 0
;;     v7 = load.i8 notrap region0 v6+104
;;     brif v7, block2, block3
;;
;; block3:
;;     return
;;
;; block2 cold:
;;     return
;; }
;;
;; function(1) "grow"
;; function u0:1(i64, i32) -> i32 system_v {
;;     sig0 = (i64, i32 sext, i32 sext, i64) -> i32 system_v
;;     fn0 = colocated u4:32 sig0 ; aot_table_grow
;;
;; block0(v0: i64, v1: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = iconst.i32 -1
;;     v4 = uextend.i64 v3  ; v3 = -1
;;     v5 = iconst.i32 0
;;     v7 = call fn0(v6, v5, v1, v4)  ; v5 = 0
;;     return v7
;; }
