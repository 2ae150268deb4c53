{#-
    A tag that looks like a version: numbers with dots (semver, calver), or a date; v in front and a suffix are
    allowed. `stable`, `latest` and a commit's hash are none. Numbers of more than 18 digits would not fit.
-#}
{% macro is_version(tag) -%}
    coalesce(regexp_matches({{ tag }}, '^v?[0-9]{1,18}([.][0-9]{1,18}){0,3}([-+_.][0-9A-Za-z._+-]+)?$'), false)
{%- endmacro %}

{#- Whether a version tag is a pre-release by the usual words; `-alpine` and the like are variants. -#}
{% macro is_prerelease(version) -%}
    regexp_matches({{ version }}, '[-+_.]?(alpha|beta|rc|pre|preview|dev|nightly|snapshot)([^A-Za-z]|$)', 'i')
{%- endmacro %}

{#- How many numbers a version tag states: `1.0.1` says more than `1.0`, and `1.0` more than `1`. -#}
{% macro version_depth(version) -%}
    len(string_split(regexp_extract({{ version }}, '^v?([0-9]+([.][0-9]+){0,3})', 1), '.'))
{%- endmacro %}

{#- Sorts versions: number by number, a pre-release before its release. Missing numbers are zero. -#}
{% macro version_order(version) -%}
    {%- set numbers -%}
    list_transform(
        string_split(regexp_extract({{ version }}, '^v?([0-9]+([.][0-9]+){0,3})', 1), '.'),
        lambda part: cast(part as bigint)
    )
    {%- endset -%}
    list_concat(
        {{ resized_list(numbers, 4, 0) }},
        [case when {{ is_prerelease(version) }} then 0 else 1 end]
    )
{%- endmacro %}
