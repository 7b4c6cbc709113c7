using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Identity;

namespace Framevet.Web.Api;

/// <summary>What moderation costs.</summary>
internal static class CostsApi
{
    private const int MaxDays = 400;

    public static void MapCosts(this RouteGroupBuilder api)
    {
        api.MapGet("/costs", GetAsync).WithTags("Costs").RequireAuthorization(Policies.Lead, Scopes.SettingsRead)
            .WithName("GetCosts").WithSummary("Paid calls by day, user, label, backend and run");
        api.MapPost("/costs/forecast", ForecastAsync).WithTags("Costs").RequireAuthorization(Policies.Submit, Scopes.RunsRead)
            .WithName("ForecastCosts").WithSummary("What moderating files with a recipe will cost at most");
    }

    private static Task<CostReport> GetAsync(CostQuery query, TimeProvider time, CancellationToken ct, DateOnly? from = null, DateOnly? to = null)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var (first, last) = (from ?? today.AddDays(-29), to ?? today);
        return last < first || last.DayNumber - first.DayNumber > MaxDays
            ? throw new VettingException(FailureCode.InvalidRequest, $"from must not lie after to, nor more than {MaxDays} days before it.")
            : query.ReportAsync(first, last, ct);
    }

    private static Task<Forecast> ForecastAsync(ForecastRequest request, CostDesk desk, CancellationToken ct) => desk.ForecastAsync(request.Recipe, request.Files, request.Frames, ct);
}

/// <summary>Files to be submitted; <paramref name="Recipe"/>: name of a recipe, null = the default one; <paramref name="Frames"/>: sampled frames of each, null = unknown.</summary>
public sealed record ForecastRequest(int Files, string? Recipe = null, int? Frames = null);

/// <summary>Forecasts by the settings and the book of calls. Thread-safe.</summary>
public sealed class CostDesk(ISettingsStore settings, CostForecast forecast, CostQuery costs, TimeProvider time)
{
    private const int HistoryDays = 30;

    /// <summary>The forecast for files with a recipe.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public async Task<Forecast> ForecastAsync(string? recipe, int files, int? frames, CancellationToken ct)
    {
        var current = (await settings.CurrentAsync(ct)).Settings;
        var chosen = current.Recipes.FirstOrDefault(r => r.Name == (recipe ?? current.DefaultRecipe))
            ?? throw new VettingException(FailureCode.InvalidRequest, $"There is no recipe '{recipe}'.");
        return await ForecastAsync(chosen.Moderation, files, frames, ct);
    }

    /// <summary>The forecast for files moderated like this.</summary>
    /// <exception cref="VettingException">InvalidRequest.</exception>
    public async Task<Forecast> ForecastAsync(ModerationRecipe recipe, int files, int? frames, CancellationToken ct)
    {
        if (files is < 1 or > 100_000 || frames is < 0)
        {
            throw new VettingException(FailureCode.InvalidRequest, "A forecast is for 1 to 100000 files.");
        }

        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var history = await costs.ReportAsync(today.AddDays(-HistoryDays), today, ct);
        double? share = history.Files == 0 ? null : Math.Min(1, (double)history.Runs.Length / history.Files);
        return forecast.For(recipe, files, frames, share, await costs.SpentAsync(today, ct));
    }
}
