-- Each request with another limit, all of them above the number of tables: the same answer, but none from a short-lived cache.
local limit = 300
request = function()
   limit = limit >= 999 and 300 or limit + 1
   return wrk.format(nil, wrk.path .. "?schema=bench&limit=" .. limit)
end
