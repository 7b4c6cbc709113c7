using System.Collections.Immutable;
using System.Globalization;
using Framevet.Data.Queries;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Api;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Components.Pages.Settings;

/// <summary>Everything an admin tunes at run time: edited as a draft, looked at as a list of changes, saved as a version.</summary>
public sealed partial class SettingsPage : PageComponent
{
    private const int Versions = 50;
    private SettingsVersion? _base;
    private VettingSettings? _draft;
    private ImmutableArray<SettingsVersion> _versions = [];
    private ImmutableArray<SettingsChange> _changes = [];
    private ImmutableArray<string> _faults = [];
    private string _note = "";
    private int _recipe;
    private bool _isSaving;

    [Inject]
    private ISettingsStore Store { get; set; } = default!;

    [Inject]
    private SettingsDesk Desk { get; set; } = default!;

    [Inject]
    private SettingsQuery Query { get; set; } = default!;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _base = await Store.CurrentAsync(ct);
        _versions = await Query.VersionsAsync(Versions, ct);
        _isSaving = false;
        _note = "";
        Change(_base.Settings);
        _recipe = Math.Min(_recipe, _base.Settings.Recipes.Length - 1);
    }

    private void Change(VettingSettings draft)
    {
        _draft = draft;
        _changes = SettingsDiff.Between(_base!.Settings, draft);
        _faults = Desk.Check(draft);
    }

    private void Limit(Func<SubmitLimits, SubmitLimits> change) => Change(_draft! with { Limits = change(_draft.Limits) });

    private void SetQuota(string role, Quota quota) => Limit(l => l with { Quotas = quota == Quota.None ? l.Quotas.Remove(role) : l.Quotas.SetItem(role, quota) });

    private void SetRecipe(Recipe recipe) => Change(_draft! with { Recipes = _draft.Recipes.SetItem(_recipe, recipe) });

    private void Rename(string? name)
    {
        var old = _draft!.Recipes[_recipe];
        var isDefault = _draft.DefaultRecipe == old.Name;
        SetRecipe(old with { Name = name?.Trim() ?? "" });
        if (isDefault)
        {
            Change(_draft with { DefaultRecipe = _draft.Recipes[_recipe].Name });
        }
    }

    private void CopyRecipe()
    {
        var original = _draft!.Recipes[_recipe];
        var name = Enumerable.Range(2, 1000).Select(n => $"{original.Name} {n}").First(n => _draft.Recipes.All(r => r.Name != n));
        Change(_draft with { Recipes = _draft.Recipes.Add(original with { Name = name }) });
        _recipe = _draft.Recipes.Length - 1;
    }

    private void RemoveRecipe()
    {
        Change(_draft! with { Recipes = _draft.Recipes.RemoveAt(_recipe) });
        _recipe = Math.Min(_recipe, _draft.Recipes.Length - 1);
    }

    private void SetExtensions(string? text) => Limit(l => l with
    {
        Extensions = [.. (text ?? "").Split([' ', ',', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(e => e.ToLowerInvariant()).Distinct()],
    });

    private void Rollback(SettingsVersion version)
    {
        Change(version.Settings);
        _recipe = 0;
        _note = $"Back to version {version.Number}";
        _isSaving = _changes.Length > 0;
    }

    private async Task SaveAsync()
    {
        if (await TryAsync(ct => Desk.SaveAsync(_draft!, _base!.Number, _note.Trim(), Actor, ct), "Saved as a new version"))
        {
            await ReloadAsync();
        }
    }

    // What is no whole number changes nothing; the field shows the old one again.
    private static void Number(ChangeEventArgs e, Action<int> set)
    {
        if (int.TryParse(e.Value as string, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value))
        {
            set(value);
        }
    }
}
