-- Distinct receipts for wrk:
--   wrk … -s intake.lua URL -- FILE MARK TOKEN BATCH RATE CONNECTIONS
--
-- FILE has one receipt a line, its transaction_id beginning with ten digits; they
-- become MARK (four digits) and the number of the pass over the file.  BATCH 1
-- posts single receipts, more posts NDJSON of so many.  RATE is requests a
-- second over all CONNECTIONS, about; 0: as fast as answers come.

local parts, count, nextOne, pass, mark, batch, pause = {}, 0, 0, 0, nil, 1, 0

local function head(token, length)
   return "POST " .. (batch > 1 and "/api/checks/batch/" or "/api/checks/") .. " HTTP/1.1\r\n" ..
      "Host: localhost\r\nAuthorization: Bearer " .. token .. "\r\nContent-Type: " ..
      (batch > 1 and "application/x-ndjson" or "application/json") ..
      "\r\nContent-Length: " .. length .. "\r\n\r\n"
end

-- A request is its parts with the digits between them.
local function add(token, lines)
   local body = table.concat(lines, "\n")
   local pieces, from = {}, 1
   for at in body:gmatch('"transaction_id":"()') do
      pieces[#pieces + 1] = body:sub(from, at - 1)
      from = at + 10
   end
   pieces[#pieces + 1] = body:sub(from)
   pieces[1] = head(token, #body) .. pieces[1]
   count = count + 1
   parts[count] = pieces
end

function init(args)
   local lines = {}
   mark, batch = args[2], tonumber(args[4])
   local rate, connections = tonumber(args[5]), tonumber(args[6])
   pause = rate > 0 and 1000 * connections / rate or 0
   for line in io.lines(args[1]) do
      lines[#lines + 1] = line
      if #lines == batch then
         add(args[3], lines)
         lines = {}
      end
   end
end

function request()
   if nextOne == count then
      nextOne, pass = 0, pass + 1
   end
   nextOne = nextOne + 1
   local digits = string.format("%s%06d", mark, pass)
   return table.concat(parts[nextOne], digits)
end

-- wrk asks for a delay only where there is one to be had.
function setup(thread) end

function delay()
   return pause > 0 and math.random(0, math.floor(2 * pause)) or 0
end

function done(summary, latency)
   local e = summary.errors
   io.write(string.format(
      '\nRESULT {"requests": %d, "microseconds": %d, "bad": %d, "status": %d, "p50": %d, "p99": %d}\n',
      summary.requests, summary.duration, e.connect + e.read + e.write + e.timeout, e.status,
      latency:percentile(50), latency:percentile(99)))
end
