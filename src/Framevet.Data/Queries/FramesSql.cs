using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Framevet.Data.Engines;
using Framevet.Data.Stores;
using Framevet.Data.Tables;
using Framevet.Pipeline;

namespace Framevet.Data.Queries;

/// <summary>
/// SQL for a filter on frames: any score can be sorted by and bounded, so LINQ does not reach. Values travel as parameters; a score id is part
/// of the text only after it passed a strict pattern.
/// </summary>
internal sealed partial class FramesSql
{
    private readonly SqlDialect _dialect;
    // A scene reaches up to the next one; frames before the first scene belong to it.
    private const string InScene = """
         AND EXISTS (SELECT 1 FROM "Scenes" s WHERE s."RunId" = @run AND s."Number" = @scene AND (s."Number" = 1 OR f."Pts" >= s."FirstPts"))
         AND f."Pts" < COALESCE((SELECT n."FirstPts" FROM "Scenes" n WHERE n."RunId" = @run AND n."Number" = @scene + 1), 9223372036854775807)
        """;

    private const string WithPerson = """
         AND EXISTS (SELECT 1 FROM "PersonFaces" p WHERE p."RunId" = @run AND p."Pts" = f."Pts" AND p."Person" = @person)
        """;

    private readonly StringBuilder _where = new("""f."RunId" = @run""");
    private readonly List<(string Name, object Value)> _values = [];
    private readonly string _order;

    /// <exception cref="VettingException">InvalidRequest: a name that cannot be a score.</exception>
    public FramesSql(FramesFilter filter, SqlDialect dialect)
    {
        _dialect = dialect;
        Add("@run", filter.Run);
        if (filter.States is { IsDefault: false } states)
        {
            _where.Append(states.IsEmpty ? " AND FALSE" : $""" AND f."State" IN ({string.Join(", ", states.Select((s, i) => Add(Name("state", i), s)))})""");
        }

        if (filter.Scene is { } scene)
        {
            _where.Append(InScene);
            Add("@scene", scene);
        }

        if (filter.Person is { } person)
        {
            _where.Append(WithPerson);
            Add("@person", person);
        }

        foreach (var (bounds, i) in (filter.Scores ?? ImmutableSortedDictionary<string, ScoreBounds>.Empty).Select((b, i) => (b, i)))
        {
            var value = Value(bounds.Key, dialect);
            Bound(value, ">=", bounds.Value.Min, Name("min", i));
            Bound(value, "<=", bounds.Value.Max, Name("max", i));
        }

        _order = Order(filter.Sort, filter.Descending, dialect);
    }

    /// <summary>The expression that reads a score, NULL when the frame has none.</summary>
    /// <exception cref="VettingException">InvalidRequest: not a score id.</exception>
    public static string Value(string score, SqlDialect dialect) =>
        CheckScore(score) == FrameTable.QualityScore ? """f."Quality" """ : dialect.JsonNumber("""f."Scores" """, score);

    /// <summary>The score id itself, which is then safe as a part of a statement.</summary>
    /// <exception cref="VettingException">InvalidRequest: not a score id.</exception>
    public static string CheckScore(string score) =>
        score == FrameTable.QualityScore || ScoreId().IsMatch(score) ? score : throw new VettingException(FailureCode.InvalidRequest, "A score id is made of lower-case letters, digits and dashes.");

    public string Page(int skip, int take)
    {
        Add("@take", take);
        Add("@skip", skip);
        return $"""SELECT f.* FROM "Frames" f WHERE {_where} ORDER BY {_order} LIMIT @take OFFSET @skip""";
    }

    public string Stamps(int limit)
    {
        Add("@take", limit);
        return $"""SELECT f."Pts" AS "Value" FROM "Frames" f WHERE {_where} ORDER BY {_order} LIMIT @take""";
    }

    public string Count() => $"""SELECT COUNT(*) AS "Value" FROM "Frames" f WHERE {_where}""";

    /// <summary>Fresh parameters for one of the statements.</summary>
    public object[] Parameters() => [.. _values.Select(v => _dialect.Parameter(v.Name, v.Value))];

    private static string Order(string sort, bool descending, SqlDialect dialect)
    {
        var direction = descending ? "DESC" : "ASC";
        if (sort == "pts")
        {
            return $"""f."Pts" {direction}""";
        }

        // On SQLite NULLs come last by themselves when descending; saying so all the same would hide the index from the planner.
        var value = sort == "rank" ? """f."Rank" """ : Value(sort, dialect);
        return $"""{value} {direction}{(descending ? dialect.DescendingNullsLast : " NULLS LAST")}, f."Pts" ASC""";
    }

    private void Bound(string value, string comparison, double? bound, string name)
    {
        if (bound is { } number)
        {
            _where.Append(CultureInfo.InvariantCulture, $" AND {value} {comparison} {Add(name, number)}");
        }
    }

    private string Add(string name, object value)
    {
        _values.Add((name, DbCommands.ToColumn(value)));
        return name;
    }

    private static string Name(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"@{kind}{number}");

    [GeneratedRegex("^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ScoreId();
}
