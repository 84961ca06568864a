;;! show = "clif"

;; A branch table in which few runs of entries have the same target becomes a chain of comparisons:
;; below 2, below 3, or the default.

(module
  (func (export "kind") (param i32) (result i32)
    (block $other
      (block $one
        (block $many
          (br_table $many $many $one $other (local.get 0)))
        (return (i32.const 10)))
      (return (i32.const 20)))
    (i32.const 30)))

;; function(0) "kind"
;; function u0:0(i64, i32) -> i32 system_v {
;; block0(v0: i64, v1: i32):
;;     v3 = iconst.i32 2
;;     v4 = icmp ult v1, v3  ; v3 = 2
;;     brif v4, block4, block5
;;
;; block5:
;;     v5 = iconst.i32 3
;;     v6 = icmp.i32 ult v1, v5  ; v5 = 3
;;     brif v6, block3, block2
;;
;; block4:
;;     v7 = iconst.i32 10
;;     return v7  ; v7 = 10
;;
;; block3:
;;     v8 = iconst.i32 20
;;     return v8  ; v8 = 20
;;
;; block2:
;;     v9 = iconst.i32 30
;;     return v9  ; v9 = 30
;; }
