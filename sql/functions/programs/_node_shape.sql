-- The fields of each kind of node; null for an unknown kind.
create or replace function waymark._node_shape(p_kind text) returns jsonb
language plpgsql immutable as $$
begin
  return '{"id": "int", "kind": "string", "span": "array", "error": "int?"}'::jsonb || case p_kind
    when 'assign' then '{"target": "string", "value": "object", "next": "int"}'
    when 'branch' then '{"test": "object", "then": "int", "else": "int"}'
    when 'iterate' then '{"iterator": "string", "index": "string", "target": "string", "next": "int", "done": "int"}'
    when 'action' then '{"call": "object", "target": "any", "next": "int"}'
    when 'fork' then '{"branches": "object", "settle": "boolean", "target": "any", "next": "int"}'
    when 'sleep' then '{"seconds": "object", "next": "int"}'
    when 'call' then '{"function": "int", "args": "object", "target": "any", "next": "int"}'
    when 'child' then '{"call": "object", "target": "any", "next": "int"}'
    when 'spawn' then '{"call": "object", "group": "any", "target": "any", "next": "int"}'
    when 'wait' then '{"tasks": "object", "until": "string", "timeout": "any", "linked": "boolean", "target": "any", "next": "int"}'
    when 'cancel' then '{"tasks": "object", "next": "int"}'
    when 'scope' then '{"seconds": "any", "target": "string", "next": "int"}'
    when 'unscope' then '{"scope": "string", "target": "string", "next": "int"}'
    when 'semaphore' then '{"value": "object", "bounded": "boolean?", "target": "string", "next": "int"}'
    when 'acquire' then '{"semaphore": "object", "next": "int"}'
    when 'signal' then '{"name": "object", "type": "any", "timeout": "any", "target": "any", "next": "int"}'
    when 'release' then '{"semaphore": "object", "next": "int"}'
    when 'mutate' then '{"method": "string", "object": "object", "args": "array", "kwargs": "object", "target": "any", "next": "int"}'
    when 'catch' then '{"target": "string", "next": "int"}'
    when 'raise' then '{"value": "object"}'
    when 'return' then '{"value": "object"}'
  end::jsonb;
end
$$;
comment on function waymark._node_shape(text) is 'The fields of a kind of IR node.';
