-- Which registry serves a repository, from a hash in Redis: HSET gateway:routes team/app "hub all acme/app".
--
-- One worker reads the hash once a second into memory that all share; a request never waits for Redis. What cannot be
-- read, or is wrong, is said once, and what was known before goes on serving.

local ok, redis = pcall(require, "resty.redis")
if not ok then
    redis = require "nginx.redis" -- Debian's name for the same library
end

local EVERY_S, PATIENCE_MS = 1, 2000
local NAME = [[^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?:/\*)?\z]]
local MODES = { none = true, blobs = true, all = true }

local shared = ngx.shared.routes
local settings, version, routes
local M = {}

local function is_pattern(text)
    return text == "*" or ngx.re.find(text, NAME, "jo") ~= nil
end

-- One route: "<registry> <mode> [<repository there>]". Returns it, or nil and what is wrong.
local function route_of(pattern, text)
    local registry, mode, there = text:match("^(%S+) (%S+) ?(%S*)$")
    if not is_pattern(pattern) then
        return nil, "is no repository, no prefix (team/*) and not *"
    elseif not registry or not settings.registries[registry] then
        return nil, "names no registry of gateway.toml: <registry> <mode> [<repository there>]"
    elseif not MODES[mode] then
        return nil, "has no mode: none, blobs or all"
    elseif there ~= "" and (not is_pattern(there) or (there:sub(-1) == "*") ~= (pattern:sub(-1) == "*")) then
        return nil, "and its repository must both end in /* or neither"
    end
    return { rule = registry .. "|" .. mode, there = there }
end

-- The whole map from the names and values that Redis gave in turn; nil and the reason if one of them is wrong.
local function parsed(listed)
    local found = {}
    for at = 1, #listed, 2 do
        local route, problem = route_of(listed[at], listed[at + 1])
        if not route then
            return nil, '"' .. listed[at]:gsub("[^%w/._*-]", "?"):sub(1, 80) .. '" ' .. problem
        end
        found[listed[at]] = route
    end
    return found
end

local function listed_in_redis()
    local one = redis:new()
    one:set_timeout(PATIENCE_MS)
    local done, problem = one:connect(settings.host, settings.port)
    if done and settings.password ~= "" then
        done, problem = one:auth(settings.password)
    end
    if not done then
        return nil, "it does not answer: " .. tostring(problem)
    end
    local listed, refused = one:hgetall(settings.key)
    one:set_keepalive(10000, 1)
    if type(listed) ~= "table" then
        return nil, "it answers: " .. tostring(refused)
    elseif #listed == 0 then
        return nil, "there is no hash " .. settings.key
    end
    local _, wrong = parsed(listed)
    return not wrong and listed or nil, wrong
end

-- At the level "alert", the only one that the gateway's error log has.
local function say(problem)
    local text = problem and "Redis: " .. problem .. "; the routes known so far serve on" or "the routes of Redis are in use"
    if shared:get("said") ~= text then
        shared:set("said", text)
        ngx.log(ngx.ALERT, text)
    end
end

local function refresh(premature)
    if premature then
        return
    end
    local listed, problem = listed_in_redis()
    local text = listed and table.concat(listed, "\n")
    if text and text ~= shared:get("text") then
        -- Not `set`, which would make room by forgetting.
        local kept, full = shared:safe_set("text", text)
        if kept then
            shared:incr("version", 1, 0)
        end
        problem = full
    end
    say(problem)
end

-- `registries`: a set of their names; `host`, `port`, `password`, `key` of Redis.
function M.start(given)
    settings = given
    if ngx.worker.id() == 0 then
        ngx.timer.at(0, refresh)
        ngx.timer.every(EVERY_S, refresh)
    end
end

local function known()
    local newest = shared:get("version")
    if newest ~= version then
        local listed = {}
        for line in shared:get("text"):gmatch("[^\n]+") do
            listed[#listed + 1] = line
        end
        -- A registry may have left gateway.toml since: then gateway.toml's own rules serve until Redis is right again.
        routes, version = parsed(listed) or {}, newest
    end
    return routes or {}
end

-- The route of a repository, and what stands below its prefix: one repository, then the longest prefix, then "*".
local function found(repository)
    local all, prefix = known(), repository
    if all[repository] then
        return all[repository], nil
    end
    while prefix do
        prefix = prefix:match("^(.+)/[^/]+$")
        if prefix and all[prefix .. "/*"] then
            return all[prefix .. "/*"], repository:sub(#prefix + 2)
        end
    end
    return all["*"], repository
end

-- The name of the rule (gateway/routes.py), or "" where Redis has none; sets $routed_repository.
function M.choose(variables)
    local repository = variables.repository
    local route, below = found(repository)
    if repository == "" or not route then
        return ""
    end
    if route.there == "" or route.there == "*" then
        variables.routed_repository = repository
    else
        variables.routed_repository = below and route.there:sub(1, -2) .. below or route.there
    end
    return route.rule
end

return M
