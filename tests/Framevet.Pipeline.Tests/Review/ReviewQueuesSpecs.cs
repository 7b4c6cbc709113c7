using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;

namespace Framevet.Pipeline.Tests.Review;

public sealed class ReviewQueuesSpecs
{
    [Fact]
    public void Each_queue_is_there_once_and_every_label_of_harm_has_one()
    {
        ReviewQueues.All.ShouldBeUnique();
        foreach (var label in ModerationLabels.All.Where(l => l.IsHarm))
        {
            ReviewQueues.All.ShouldContain(ReviewQueues.Of(label.Id), label.Id);
        }
    }
}
