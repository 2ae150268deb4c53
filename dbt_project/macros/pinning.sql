{#-
    How firmly a pull names what it wants. exact: three numbers or more, a day, a commit or the number of a build, which
    nobody moves; floating: whatever else moves, as `1`, `1.2`, `stable`.
-#}
{% macro pinning(tag) -%}
    case
        when {{ tag }} is null then 'digest'
        when {{ tag }} = 'latest' then 'latest'
        when regexp_matches({{ tag }}, '^v?[0-9]+[.][0-9]+[.][0-9]+') then 'exact'
        when
            regexp_matches({{ tag }}, '^(19|20)[0-9]{2}[-._]?(0[1-9]|1[0-2])[-._]?([0-2][0-9]|3[01])([^0-9]|$)')
            then 'exact'
        when regexp_matches({{ tag }}, '^([A-Za-z]+-)?[0-9a-f]{7,40}$') then 'exact'
        else 'floating'
    end
{%- endmacro %}
