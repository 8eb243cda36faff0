-- One GET over and over for wrk:  wrk … -s get.lua URL -- PATH TOKEN

local text

function init(args)
   text = wrk.format("GET", args[1], {Authorization = "Bearer " .. args[2]})
end

function request()
   return text
end

function done(summary, latency)
   local e = summary.errors
   io.write(string.format(
      '\nRESULT {"requests": %d, "microseconds": %d, "bad": %d, "status": %d, "bytes": %d, "p50": %d, "p99": %d}\n',
      summary.requests, summary.duration, e.connect + e.read + e.write + e.timeout, e.status,
      summary.bytes, latency:percentile(50), latency:percentile(99)))
end
