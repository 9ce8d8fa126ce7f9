# Repeats the summary lines of the test runners, and adds them up in a last line.

{ gsub(/\033\[[0-9;]*m/, "") }

# cargo nextest:  Summary [ 0.015s] 3 tests run: 2 passed, 1 failed, 0 skipped
/^ *Summary \[/ { line(count("passed"), count("failed") + count("timed out")) }

# cargo test:  test result: ok. 3 passed; 0 failed; 0 ignored; …
/^test result:/ { line(count("passed"), count("failed")) }

# alcotest:  Test Successful in 0.001s. 5 tests run.   or   2 failures! in 0.001s. 5 tests run.
/ tests? run\.$/ {
  failed = count("failures?!")
  line(count("tests? run") - failed, failed)
}

# tests/setup
/^[0-9]+ passed, [0-9]+ failed$/ { line(count("passed"), count("failed")) }

function count(word) {
  return match($0, "[0-9]+ " word) ? substr($0, RSTART, RLENGTH) + 0 : 0
}

# A runner that had nothing to run says so too: that is not worth a line.
function line(ok, bad) {
  if (ok + bad > 0) print
  passed += ok
  failed_all += bad
}

END { printf "%d passed, %d failed\n", passed, failed_all }
