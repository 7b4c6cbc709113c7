using Framevet.Web.Components.Shared;

namespace Framevet.Web.Tests.Components;

/// <summary>The one table of shortcuts.</summary>
public sealed class ShortcutSpecs
{
    // Combinations that browsers keep for themselves (new tab, close, reload, address bar, history).
    private static readonly string[] Reserved = ["Ctrl+t", "Ctrl+w", "Ctrl+n", "Ctrl+r", "Ctrl+l", "Ctrl+Tab", "Alt+ArrowLeft", "Alt+ArrowRight", "F5", "F11", "F12"];

    [Fact]
    public void No_key_means_two_things_on_one_page() =>
        Shortcut.All.GroupBy(s => (s.Scope, s.Keys)).Where(g => g.Count() > 1).Select(g => g.Key).ShouldBeEmpty();

    [Fact]
    public void Pages_do_not_take_global_keys_away()
    {
        var global = Shortcut.Of(ShortcutScope.Global).Select(s => s.Keys.Split(' ')[0]).ToHashSet();

        // G alone acts after a pause; the sequences that begin with it go on working.
        Shortcut.All.Where(s => s.Scope != ShortcutScope.Global && global.Contains(s.Keys)).Select(s => s.Keys).Distinct().ShouldBe(["g"]);
    }

    [Fact]
    public void Curators_find_every_key_of_the_table_that_they_know_from_elsewhere()
    {
        string[] grid = ["Space", "Shift+ArrowDown", "Ctrl+a", "Ctrl+d", "Enter", "e", "g", "c", "n", "i", "f", "+", "-", "0", "1", "5", "p", "x", "u", "6", "9", "s", "Shift+p", "Shift+a", "Delete", "Ctrl+z", "Ctrl+Shift+z", "Shift+d"];
        string[] loupe = ["ArrowUp", "ArrowDown", "z", "m", "h", "f", "g", "p", "x", "Shift+a", "Escape"];

        grid.Except(Shortcut.Of(ShortcutScope.Gallery).Select(s => s.Keys)).ShouldBeEmpty();
        loupe.Except(Shortcut.Of(ShortcutScope.Frame).Select(s => s.Keys)).ShouldBeEmpty();
        string[] everywhere = ["?", "/", "Ctrl+k", "g d", "g s", "g j", "g g", "g r", "g a", "g ,"];
        everywhere.Except(Shortcut.Of(ShortcutScope.Global).Select(s => s.Keys)).ShouldBeEmpty();
    }

    [Fact]
    public void Keys_of_the_browser_are_left_alone() => Shortcut.All.Where(s => Reserved.Contains(s.Keys)).ShouldBeEmpty();

    [Fact]
    public void A_held_key_decides_nothing_twice() =>
        Shortcut.Of(ShortcutScope.Review).Where(s => s.Action is not ("previous-frame" or "next-frame")).ShouldAllBe(s => !s.Repeats);

    [Fact]
    public void Every_shortcut_has_a_name_of_its_own_for_what_people_saved() => Shortcut.All.Select(s => s.Id).ShouldBeUnique();

    [Fact]
    public void Review_can_be_done_with_the_keys_that_the_buttons_show()
    {
        string[] expected = ["a", "d", "e", "j", "k", "ArrowLeft", "ArrowRight", "[", "]", "s", "w", "r", "v", "h", "b", "n", "Ctrl+Enter", "Ctrl+z", "Space", .. Enumerable.Range(1, 9).Select(n => $"{n}")];

        expected.Except(Shortcut.Of(ShortcutScope.Review).Select(s => s.Keys)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("g d", true)]
    [InlineData("[", true)]
    [InlineData("/", true)]
    [InlineData("Shift+d", true)]
    [InlineData("?", false)]
    [InlineData("Ctrl+a", false)]
    [InlineData("Space", false)]
    [InlineData("ArrowLeft", false)]
    public void Single_letters_and_signs_are_the_ones_that_can_be_switched_off(string keys, bool isLetter) =>
        new Shortcut(ShortcutScope.Global, keys, "", "").IsLetter.ShouldBe(isLetter);
}
