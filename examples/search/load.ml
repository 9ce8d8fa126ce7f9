let run ~port probes ~requests ~at_once = Rust.load_run ~port probes ~requests ~at_once
