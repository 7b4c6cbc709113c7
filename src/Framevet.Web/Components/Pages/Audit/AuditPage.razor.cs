using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Framevet.Data.Queries;
using Framevet.Data.Stores;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Audit;

/// <summary>The trail of changes; the filter lives in the address.</summary>
public sealed partial class AuditPage : PageComponent
{
    private const int PageSize = 50;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private Page<AuditRow> _page = new([], 0);
    private string? _actor;
    private string? _action;
    private string? _subject;
    private DateOnly? _from;
    private DateOnly? _to;
    private AuditCheck? _check;
    private bool _isChecking;
    private bool _hidesPeople;

    [SupplyParameterFromQuery(Name = "actor")]
    private string? ByActor { get; set; }

    [SupplyParameterFromQuery(Name = "action")]
    private string? ByAction { get; set; }

    [SupplyParameterFromQuery(Name = "subject")]
    private string? BySubject { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    [Inject]
    private AuditQuery Query { get; set; } = default!;

    [Inject]
    private AuditChain Chain { get; set; } = default!;

    protected override object LoadKey => (ByActor, ByAction, BySubject, From, To, Page);

    private int PageNumber => Math.Max(0, (Page ?? 1) - 1);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        (_actor, _action, _subject, _from, _to) = (ByActor, ByAction, BySubject, Day(From), Day(To));
        var filter = new AuditFilter(ByActor, ByAction, BySubject, Start(_from), Start(_to?.AddDays(1)));
        _page = await Query.PageAsync(filter, PageNumber * PageSize, PageSize, ct);
    }

    protected override Task OnReadyAsync() => VerifyAsync();

    private async Task VerifyAsync()
    {
        _isChecking = true;
        StateHasChanged();
        await TryAsync(async ct => _check = await Chain.VerifyAsync(ct));
        _isChecking = false;
    }

    private string ExportHref(string format) => Navigation.GetUriWithQueryParameters($"{Navigation.BaseUri}{WebPaths.Api[1..]}/audit/export", new Dictionary<string, object?>
    {
        ["format"] = format,
        ["pseudonyms"] = _hidesPeople ? "true" : null,
        ["actor"] = ByActor,
        ["action"] = ByAction,
        ["subject"] = BySubject,
        ["from"] = Start(Day(From))?.ToString("O", CultureInfo.InvariantCulture),
        ["to"] = Start(Day(To)?.AddDays(1))?.ToString("O", CultureInfo.InvariantCulture),
    });

    private void Apply() => Navigation.NavigateTo(Navigation.GetUriWithQueryParameters("audit", new Dictionary<string, object?>
    {
        ["actor"] = Clean(_actor),
        ["action"] = Clean(_action),
        ["subject"] = Clean(_subject),
        ["from"] = _from?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ["to"] = _to?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    }));

    private void GoTo(int page) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("page", page > 0 ? page + 1 : null));

    private static string? Clean(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    private static DateTimeOffset? Start(DateOnly? day) => day is { } d ? new DateTimeOffset(d.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) : null;

    // What is no JSON is shown as it is.
    private static string Pretty(string? json)
    {
        try
        {
            return json is null ? Formats.Unknown : JsonNode.Parse(json)?.ToJsonString(Indented) ?? json;
        }
        catch (JsonException)
        {
            return json!;
        }
    }
}
