using System.Collections.Immutable;
using System.Text.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Components.Pages.Settings;

namespace Framevet.Web.Api;

/// <summary>Saves settings after checking them, from page or API. Thread-safe.</summary>
public sealed class SettingsDesk(ISettingsStore store, PartCatalog parts, IAuditTrail audit)
{
    private const int MostChanges = 50;

    /// <summary>Every fault as a sentence; empty when the settings may be saved.</summary>
    public ImmutableArray<string> Check(VettingSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var faults = ImmutableArray.CreateBuilder<string>();
        if (settings.Recipes.IsDefaultOrEmpty)
        {
            faults.Add("There must be at least one recipe.");
            return faults.ToImmutable();
        }

        faults.AddRange(settings.Recipes.GroupBy(r => r.Name, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"Two recipes are called '{g.Key}'."));
        faults.AddRange(settings.Recipes.SelectMany(r => parts.Validate(r).Select(fault => $"{r.Name}: {fault}")));
        if (settings.Recipes.All(r => r.Name != settings.DefaultRecipe))
        {
            faults.Add($"The default recipe '{settings.DefaultRecipe}' is none of the recipes.");
        }

        var limits = settings.Limits;
        AddUnless(limits.MaxFileMegabytes is >= 1 and <= 1_048_576, "The largest file must have 1 to 1048576 MiB.");
        AddUnless(limits.MaxFiles is >= 1 and <= 1000, "A submission must take 1 to 1000 files.");
        AddUnless(limits.MaxOpenRuns is >= 1 and <= 100_000, "A user must be allowed 1 to 100000 unfinished runs.");
        AddUnless(limits.MaxStoredMegabytes >= 0, "The most a user may store must be 0 (no limit) or more MiB.");
        AddUnless(!limits.Extensions.IsDefaultOrEmpty && limits.Extensions.All(e => e.Length is > 1 and < 12 && e[0] == '.'), "File name endings must look like '.mp4'.");
        faults.AddRange(limits.Quotas.SelectMany(q => q.Value.Faults(q.Key)));
        faults.AddRange(limits.Quotas.Keys.Except(Identity.Roles.All).Select(r => $"There is no role '{r}'."));
        faults.AddRange(settings.Retention.Faults());
        faults.AddRange(settings.Review.Faults());
        AddUnless(settings.LeaseMinutes is >= 1 and <= 120, "A review lease must last 1 to 120 minutes.");
        return faults.ToImmutable();

        void AddUnless(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }

    /// <summary>Saves a new version.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest (all faults), Conflict (somebody else saved first).</exception>
    public Task<SettingsVersion> SaveAsync(VettingSettings settings, int basedOn, string note, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.Has(Rights.Administer) ? StoreAsync(settings, basedOn, note, actor, ct) : throw new VettingException(FailureCode.Forbidden, "Only admins change settings.");
    }

    /// <summary>
    /// Adds a recipe, or changes the one of its name, as a new version of the settings in which all else stays. Curators may; how an existing recipe is moderated is for admins to change, since
    /// others rely on it.
    /// </summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest (all faults), Conflict (somebody else saved first).</exception>
    public async Task<SettingsVersion> SaveRecipeAsync(Recipe recipe, string note, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.Has(Rights.Curate))
        {
            throw new VettingException(FailureCode.Forbidden, "Only curators and admins save recipes.");
        }

        var current = await store.CurrentAsync(ct);
        var plain = RecipeNames.Plain(recipe);
        var known = current.Settings.Recipes.FirstOrDefault(r => r.Name == plain.Name);
        if (known is not null && !actor.Has(Rights.Administer) && Text(known.Moderation) != Text(plain.Moderation))
        {
            throw new VettingException(FailureCode.Forbidden, $"How '{plain.Name}' is moderated is for admins to change. Give your recipe a name of its own.");
        }

        var recipes = known is null ? current.Settings.Recipes.Add(plain) : current.Settings.Recipes.Replace(known, plain);
        return await StoreAsync(current.Settings with { Recipes = recipes }, current.Number, note, actor, ct);

        static string Text(ModerationRecipe moderation) => JsonSerializer.Serialize(moderation, PipelineJson.Options);
    }

    private async Task<SettingsVersion> StoreAsync(VettingSettings settings, int basedOn, string note, Actor actor, CancellationToken ct)
    {
        var faults = Check(settings);
        if (faults.Length > 0)
        {
            throw new VettingException(FailureCode.InvalidRequest, string.Join(" ", faults));
        }

        var before = await store.CurrentAsync(ct);
        var saved = await store.TrySaveAsync(settings, basedOn, actor, note, ct)
            ?? throw new VettingException(FailureCode.Conflict, "Somebody else saved the settings meanwhile; reload them and change them again.");
        await audit.AppendAsync(actor, "settings.save", $"settings/{saved.Number}", Changes(before, settings, c => c.Before), Changes(before, settings, c => c.After), ct);
        return saved;
    }

    // One side of the difference by path; a value that is not on this side is left out. The whole of both versions is kept with the settings.
    private static string Changes(SettingsVersion before, VettingSettings after, Func<SettingsChange, string?> side)
    {
        var changes = SettingsDiff.Between(before.Settings, after);
        var values = changes.Where(c => side(c) is not null).Take(MostChanges).ToDictionary(c => c.Path, c => JsonSerializer.Deserialize<JsonElement>(Value(side(c)!)));
        return JsonSerializer.Serialize(changes.Length > MostChanges ? new { changes = values, more = changes.Length - MostChanges } : (object)values, PipelineJson.Options);

        static string Value(string text) => text == SettingsDiff.There ? "true" : text;
    }
}
