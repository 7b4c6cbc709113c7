using Framevet.Pipeline.Review;
using Microsoft.AspNetCore.Http.Extensions;

namespace Framevet.Web.Components.Pages.Review;

/// <summary>Addresses of the review pages; the chosen queue and severity travel along.</summary>
public static class ReviewAddress
{
    /// <summary>The queues.</summary>
    public static string Board(string? queue, string? severity) => $"review{Query(queue, severity)}";

    /// <summary>The page after the last item.</summary>
    public static string End(string? queue, string? severity) => $"review{Query(queue, severity, isEnd: true)}";

    /// <summary>One item.</summary>
    public static string Item(Guid id, string? queue, string? severity) => $"review/{id:N}{Query(queue, severity)}";

    /// <summary>What the address asks for; a severity that does not exist asks for any.</summary>
    public static NextChoice Choice(string? queue, string? severity) => new(queue, SeverityOf(severity));

    /// <summary>A severity by its name; null when there is none of that name.</summary>
    public static ReviewSeverity? SeverityOf(string? name) => Enum.TryParse<ReviewSeverity>(name, ignoreCase: true, out var severity) && Enum.IsDefined(severity) ? severity : null;

    private static string Query(string? queue, string? severity, bool isEnd = false)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in new[] { ("queue", queue), ("severity", severity), ("end", isEnd ? "true" : null) })
        {
            if (value is not null)
            {
                query.Add(name, value);
            }
        }

        return query.ToString();
    }
}
