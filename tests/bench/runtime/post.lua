-- One POST, again and again; what came of it is printed as one line of JSON, latencies in seconds.
function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method, wrk.body = "POST", file:read("*a")
  wrk.headers["Content-Type"] = args[2]
  file:close()
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local line = '{"answered": %d, "seconds": %.6f, "failed": %d, "p50": %.6f, "p95": %.6f, "p99": %.6f}'
  local function at(percentile) return latency:percentile(percentile) / 1e6 end
  print(string.format(line, summary.requests, summary.duration / 1e6, failed, at(50), at(95), at(99)))
end
