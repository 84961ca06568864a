;; Makes objects, and keeps the last thousand or two of them, so that the collector has something to mark.
(module
  (type $node (struct (field $value i32) (field $next (ref null $node))))
  (func (export "run") (param $n i32) (result i32)
    (local $kept (ref null $node)) (local $sum i32)
    (loop $more
      ;; A second object in each turn is garbage at once.
      (local.set $sum (i32.add (local.get $sum)
        (struct.get $node $value (struct.new $node (local.get $n) (local.get $kept)))))
      (local.set $kept (struct.new $node (local.get $n)
        (select (result (ref null $node)) (ref.null $node) (local.get $kept)
          (i32.eqz (i32.and (local.get $n) (i32.const 1023))))))
      (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add (local.get $sum) (struct.get $node $value (local.get $kept)))))
