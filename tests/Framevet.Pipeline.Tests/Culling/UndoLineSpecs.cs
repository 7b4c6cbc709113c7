using Framevet.Pipeline.Culling;

namespace Framevet.Pipeline.Tests.Culling;

/// <summary>What undo and redo are about, from the log alone.</summary>
public sealed class UndoLineSpecs
{
    [Fact]
    public void The_last_order_is_taken_back_first_and_the_one_taken_back_last_is_done_again_first()
    {
        var line = Line((1, MarkOrderKind.Set, null), (2, MarkOrderKind.Set, null), (3, MarkOrderKind.Undo, 2), (4, MarkOrderKind.Undo, 1));

        line.Undo.ShouldBeNull();
        line.Redo.ShouldBe(1);
        line.Add(5, MarkOrderKind.Redo, 1);
        (line.Undo, line.Redo).ShouldBe((1, 2));
    }

    [Fact]
    public void A_new_order_makes_what_was_taken_back_unreachable()
    {
        var line = Line((1, MarkOrderKind.Set, null), (2, MarkOrderKind.Set, null), (3, MarkOrderKind.Undo, 2), (4, MarkOrderKind.Set, null), (5, MarkOrderKind.Undo, 4));

        (line.Undo, line.Redo).ShouldBe((1, 4));
    }

    [Fact]
    public void An_undo_about_nothing_changes_nothing()
    {
        var line = Line((1, MarkOrderKind.Undo, null), (2, MarkOrderKind.Set, null), (3, MarkOrderKind.Redo, null));

        (line.Undo, line.Redo).ShouldBe((2, null));
    }

    [Fact]
    public void Undo_reaches_back_a_hundred_orders()
    {
        var line = new UndoLine();
        for (var id = 1; id <= UndoLine.Steps + 5; id++)
        {
            line.Add(id, MarkOrderKind.Set, null);
        }

        var taken = 0;
        for (var id = 1000; line.Undo is { } target; id++, taken++)
        {
            line.Add(id, MarkOrderKind.Undo, target);
        }

        taken.ShouldBe(UndoLine.Steps);
    }

    private static UndoLine Line(params ReadOnlySpan<(long Id, MarkOrderKind Kind, long? Target)> log)
    {
        var line = new UndoLine();
        foreach (var (id, kind, target) in log)
        {
            line.Add(id, kind, target);
        }

        return line;
    }
}
