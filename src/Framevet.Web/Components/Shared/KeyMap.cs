using System.Collections.Immutable;
using Framevet.Data.Stores;
using Framevet.Pipeline;
using Framevet.Web.Identity;

namespace Framevet.Web.Components.Shared;

/// <summary>The shortcuts as the person who looks changed them: what pages bind, what buttons show and what the help lists. One per circuit.</summary>
public sealed class KeyMap(PreferencesStore store, CurrentActor actors)
{
    // Combinations that browsers keep for themselves, or that a page must leave to reading and moving focus.
    private static readonly string[] Reserved =
    [
        "Ctrl+t", "Ctrl+w", "Ctrl+n", "Ctrl+r", "Ctrl+l", "Ctrl+f", "Ctrl+p", "Ctrl+c", "Ctrl+v", "Ctrl+x", "Ctrl+Tab", "Ctrl+Shift+t", "Ctrl+Shift+n", "Ctrl+Shift+w",
        "Alt+ArrowLeft", "Alt+ArrowRight", "Alt+F4", "F1", "F5", "F6", "F11", "F12", "Tab", "Shift+Tab", "Enter", "Escape",
    ];

    private readonly List<Func<Task>> _watchers = [];
    private ImmutableSortedDictionary<string, string>? _keys;

    /// <summary>Called whenever keys change: pages bind again. All watchers live on the circuit's own context.</summary>
    public void Watch(Func<Task> watcher) => _watchers.Add(watcher);

    /// <summary>Ends <see cref="Watch"/>.</summary>
    public void Forget(Func<Task> watcher) => _watchers.Remove(watcher);

    /// <summary>Changed keys by the id of the shortcut, once read.</summary>
    public ImmutableSortedDictionary<string, string> Own => _keys ?? ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Reads the person's changes, once.</summary>
    public async Task LoadAsync(CancellationToken ct)
    {
        if (_keys is null && await actors.GetAsync() is { Id.Length: > 0 } actor)
        {
            _keys = (await store.GetAsync(actor.Id, ct)).Keys;
        }
    }

    /// <summary>Shortcuts of a scope with the keys that count now; those switched off are left out.</summary>
    public ImmutableArray<Shortcut> Of(ShortcutScope scope) => [.. Shortcut.Of(scope).Select(Effective).Where(s => s.Keys.Length > 0)];

    /// <summary>The key of an action for a hint on its button, or null when it has none.</summary>
    public string? KeyOf(ShortcutScope scope, string action) => Of(scope).FirstOrDefault(s => s.Action == action)?.Keys;

    /// <summary>Why a shortcut may not have these keys, as a sentence; null when it may.</summary>
    public string? Obstacle(Shortcut shortcut, string keys)
    {
        if (Reserved.Contains(keys))
        {
            return $"{keys} belongs to the browser.";
        }

        var clash = Shortcut.All.Where(s => s.Id != shortcut.Id).Select(Effective).FirstOrDefault(other => other.Keys.Length > 0
            && (other.Scope == shortcut.Scope || other.Scope == ShortcutScope.Global || shortcut.Scope == ShortcutScope.Global)
            && other.Action != shortcut.Action
            && (other.Keys == keys || other.Keys.Split(' ')[0] == keys || keys.Split(' ')[0] == other.Keys));
        return clash is null ? null : $"{keys} already means '{clash.Title}' ({clash.Scope}). Change that first.";
    }

    /// <summary>Gives a shortcut other keys; empty = none, null = the built-in ones.</summary>
    /// <exception cref="VettingException">Conflict when the keys are taken or reserved.</exception>
    public async Task SetAsync(Shortcut shortcut, string? keys, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(shortcut);
        if (Obstacle(shortcut, keys ?? shortcut.Keys) is { } obstacle && keys is not "")
        {
            throw new VettingException(FailureCode.Conflict, obstacle);
        }

        await SaveAsync(keys is null || keys == shortcut.Keys ? Own.Remove(shortcut.Id) : Own.SetItem(shortcut.Id, keys), ct);
    }

    /// <summary>Back to the built-in keys.</summary>
    public Task ResetAsync(CancellationToken ct) => SaveAsync(ImmutableSortedDictionary<string, string>.Empty, ct);

    private async Task SaveAsync(ImmutableSortedDictionary<string, string> keys, CancellationToken ct)
    {
        var actor = await actors.GetAsync();
        await store.SaveAsync(actor.Id, await store.GetAsync(actor.Id, ct) with { Keys = keys }, ct);
        _keys = keys;
        foreach (var watcher in _watchers.ToArray())
        {
            await watcher();
        }
    }

    private Shortcut Effective(Shortcut shortcut) => Own.TryGetValue(shortcut.Id, out var keys) ? shortcut with { Keys = keys, DefaultKeys = shortcut.Keys } : shortcut;
}
