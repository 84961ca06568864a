;; A loop with parameters: its header block takes them, both from before the loop and from the
;; branch back. Code after an unconditional branch is not lowered.
;;! show = "clif"

(module
  (func (export "f") (param i32) (result i32)
    (i32.const 0)
    (loop $next (param i32) (result i32)
      (i32.add (local.get 0))
      (local.tee 0)
      (i32.lt_u (i32.const 100))
      (if (param) (result)
        (then (br $next (local.get 0))))
      (return (local.get 0))
      (drop (i32.div_u (i32.const 1) (i32.const 0))))))

;; function(0) "f"
;; function u0:0(i64, i32) -> i32 system_v {
;; block0(v0: i64, v1: i32):
;;     v3 = iconst.i32 0
;;     jump block2(v3, v1)  ; v3 = 0
;;
;; block2(v4: i32, v5: i32):
;;     v6 = iadd v4, v5
;;     v7 = iconst.i32 100
;;     v8 = icmp ult v6, v7  ; v7 = 100
;;     brif v8, block3, block4
;;
;; block3:
;;     jump block2(v6, v6)
;;
;; block4:
;;     return v6
;; }
