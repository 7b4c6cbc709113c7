using System.Collections.Immutable;

namespace Framevet.Web.Components.Shared;

/// <summary>Where shortcuts work. Global ones everywhere, the others on their page.</summary>
public enum ShortcutScope
{
    /// <summary>Every page.</summary>
    Global,
    /// <summary>The grid of frames.</summary>
    Gallery,
    /// <summary>One frame.</summary>
    Frame,
    /// <summary>One review item.</summary>
    Review,
}

/// <summary>
/// One shortcut. <paramref name="Keys"/> as keys.js names them: modifiers in the order Ctrl, Alt, Shift, then the key; a sequence with a blank.
/// <paramref name="IsHeld"/>: acts while down, and again when released. <paramref name="Repeats"/>: a held key acts again and again; never for decisions.
/// <paramref name="InFields"/>: also while a field has the focus. <paramref name="IsGrid"/>: also where Space or Enter would press a focused button, inside a grid.
/// </summary>
public sealed record Shortcut(ShortcutScope Scope, string Keys, string Action, string Title, bool IsHeld = false, bool Repeats = false, bool IsGrid = false, bool InFields = false)
{
    /// <summary>Every shortcut there is: pages bind from here and the help is written from here.</summary>
    public static ImmutableArray<Shortcut> All { get; } =
    [
        new(ShortcutScope.Global, "?", "help", "Show this help"),
        new(ShortcutScope.Global, "/", "search", "Find a run"),
        new(ShortcutScope.Global, "Ctrl+k", "palette", "Go anywhere by name", InFields: true),
        new(ShortcutScope.Global, "g d", "go ", "Go to the start page"),
        new(ShortcutScope.Global, "g s", "go submit", "Go to Submit"),
        new(ShortcutScope.Global, "g j", "go runs", "Go to Runs"),
        new(ShortcutScope.Global, "g g", "go gallery", "Go to the gallery of the newest run"),
        new(ShortcutScope.Global, "g r", "go review", "Go to Review"),
        new(ShortcutScope.Global, "g a", "go audit", "Go to Audit"),
        new(ShortcutScope.Global, "g ,", "go settings", "Go to Settings"),

        new(ShortcutScope.Gallery, "ArrowLeft", "left", "Frame before", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "ArrowRight", "right", "Frame after", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "ArrowUp", "up", "Row above", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "ArrowDown", "down", "Row below", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "Shift+ArrowLeft", "extend-left", "Extend the selection to the frame before", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "Shift+ArrowRight", "extend-right", "Extend the selection to the frame after", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "Shift+ArrowUp", "extend-up", "Extend the selection to the row above", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "Shift+ArrowDown", "extend-down", "Extend the selection to the row below", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "Space", "toggle", "Select or unselect the frame", IsGrid: true),
        new(ShortcutScope.Gallery, "Enter", "open", "Open the frame", IsGrid: true),
        new(ShortcutScope.Gallery, "e", "open", "Open the frame"),
        new(ShortcutScope.Gallery, "Ctrl+a", "all", "Select all that match the filter"),
        new(ShortcutScope.Gallery, "Ctrl+d", "none", "Select none"),
        new(ShortcutScope.Gallery, "Escape", "none", "Select none"),
        new(ShortcutScope.Gallery, "+", "bigger", "Bigger pictures"),
        new(ShortcutScope.Gallery, "-", "smaller", "Smaller pictures"),
        new(ShortcutScope.Gallery, "Shift+d", "download", "Download the selection"),
        new(ShortcutScope.Gallery, "Home", "home", "First frame", IsGrid: true),
        new(ShortcutScope.Gallery, "End", "end", "Last frame", IsGrid: true),
        new(ShortcutScope.Gallery, "PageUp", "page-up", "A window up", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "PageDown", "page-down", "A window down", Repeats: true, IsGrid: true),
        new(ShortcutScope.Gallery, "i", "info", "Show or hide what is known of the frame"),
        new(ShortcutScope.Gallery, "Shift+i", "invert", "Turn the selection round"),
        new(ShortcutScope.Gallery, "g", "grid", "Grid, and back to the filmstrip (after a moment: more keys begin with G)"),
        new(ShortcutScope.Gallery, "f", "fullscreen", "Full screen, and back"),
        new(ShortcutScope.Gallery, "c", "compare", "Compare the selected frames, two to four"),
        new(ShortcutScope.Gallery, "n", "survey", "Survey: the selected frames side by side, up to twelve"),
        new(ShortcutScope.Gallery, "s", "stack", "Show or hide the stack"),
        new(ShortcutScope.Gallery, "Shift+p", "keep", "Keep this, reject the rest of the stack, go to the next"),
        .. Marking(ShortcutScope.Gallery),

        new(ShortcutScope.Frame, "ArrowLeft", "previous", "Frame before", Repeats: true),
        new(ShortcutScope.Frame, "ArrowRight", "next", "Frame after", Repeats: true),
        new(ShortcutScope.Frame, "ArrowUp", "stack-before", "Stack before"),
        new(ShortcutScope.Frame, "ArrowDown", "stack-after", "Stack after"),
        new(ShortcutScope.Frame, "Space", "reveal", "Reveal a blurred frame while held", IsHeld: true),
        new(ShortcutScope.Frame, "h", "marks", "Show or hide faces and things on the picture"),
        new(ShortcutScope.Frame, "m", "mask", "Show or hide the mask of people"),
        new(ShortcutScope.Frame, "f", "fullscreen", "Full screen, and back"),
        new(ShortcutScope.Frame, "g", "gallery", "Back to the grid (after a moment: more keys begin with G)"),
        new(ShortcutScope.Frame, "Escape", "gallery", "Back to the gallery"),
        new(ShortcutScope.Frame, "z", "zoom", "100 % at the pointer, and back"),
        new(ShortcutScope.Frame, "Shift+f", "peaking", "Mark what is in focus"),
        new(ShortcutScope.Frame, "Shift+h", "histogram", "Show or hide the histogram"),
        .. Marking(ShortcutScope.Frame),

        new(ShortcutScope.Review, "a", "allow", "Allow: overturn the flag"),
        new(ShortcutScope.Review, "d", "deny", "Deny: confirm the flag"),
        new(ShortcutScope.Review, "e", "escalate", "Escalate to a lead"),
        new(ShortcutScope.Review, "n", "submit-next", "Submit and go to the next item"),
        new(ShortcutScope.Review, "Ctrl+Enter", "submit", "Submit and stay", InFields: true),
        new(ShortcutScope.Review, "Ctrl+z", "undo", "Take the last decision back"),
        new(ShortcutScope.Review, "s", "skip", "Skip: give the item back"),
        new(ShortcutScope.Review, "w", "hold", "Put aside, assign or ask somebody"),
        new(ShortcutScope.Review, "j", "next", "Next item"),
        new(ShortcutScope.Review, "ArrowRight", "next", "Next item"),
        new(ShortcutScope.Review, "k", "back", "Item before"),
        new(ShortcutScope.Review, "ArrowLeft", "back", "Item before"),
        new(ShortcutScope.Review, "[", "previous-frame", "Flagged frame before", Repeats: true),
        new(ShortcutScope.Review, "]", "next-frame", "Flagged frame after", Repeats: true),
        new(ShortcutScope.Review, "Space", "reveal", "Reveal while held", IsHeld: true),
        new(ShortcutScope.Review, "b", "blur", "Blur of the small pictures on or off"),
        new(ShortcutScope.Review, "o", "open", "Open in spite of the warning"),
        new(ShortcutScope.Review, "r", "note", "Write a note"),
        new(ShortcutScope.Review, "f", "reason", "Next reason"),
        new(ShortcutScope.Review, "v", "policy", "Show the policy"),
        new(ShortcutScope.Review, "h", "history", "Show the history"),
        .. Enumerable.Range(1, 9).Select(n => new Shortcut(ShortcutScope.Review, $"{n}", $"label {n}", "Choose a label")),
    ];

    // Marks are made in the grid and at a single frame by the same keys.
    private static IEnumerable<Shortcut> Marking(ShortcutScope scope) =>
    [
        .. Enumerable.Range(0, 6).Select(n => new Shortcut(scope, $"{n}", $"star {n}", n == 0 ? "No stars" : n == 1 ? "1 star" : $"{n} stars")),
        new(scope, "p", "pick", "Pick"),
        new(scope, "x", "reject", "Reject"),
        new(scope, "Delete", "reject", "Reject; nothing is deleted"),
        new(scope, "u", "unflag", "Neither picked nor rejected"),
        .. Enumerable.Range(1, 4).Select(n => new Shortcut(scope, $"{n + 5}", $"colour {n}", $"Colour {n}")),
        new(scope, "Ctrl+z", "undo", "Take the last marks back"),
        new(scope, "Ctrl+Shift+z", "redo", "Mark again what was taken back"),
        new(scope, "Shift+a", "advance", "Move on after each mark, or stay"),
    ];

    /// <summary>The keys that it has unless somebody changed them.</summary>
    public string DefaultKeys { get; init; } = Keys;

    /// <summary>Names it in what people saved: scope and built-in keys.</summary>
    public string Id => $"{Scope}/{DefaultKeys}";

    /// <summary>Whether a single printable key without a modifier triggers it; these can be switched off.</summary>
    public bool IsLetter => !Keys.StartsWith("Ctrl+", StringComparison.Ordinal) && Keys.Split(' ', '+').Any(k => k.Length == 1) && Keys != "?";

    /// <summary>Shortcuts of one scope.</summary>
    public static ImmutableArray<Shortcut> Of(ShortcutScope scope) => [.. All.Where(s => s.Scope == scope)];
}
