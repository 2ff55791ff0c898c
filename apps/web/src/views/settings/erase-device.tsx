import { useState } from "react";
import { useModel } from "../../model/client-model.ts";
import { goTo } from "../../model/route.ts";
import { useTask } from "../../model/use-task.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/notice.tsx";

export function EraseDevice() {
  const model = useModel();
  const [isOpen, setOpen] = useState(false);
  const erasing = useTask(async () => {
    goTo({ view: "list" });
    await model.erase();
  });
  return (
    <section className="card" aria-labelledby="erase-title">
      <h2 id="erase-title" className="section-title">
        Erase this device
      </h2>
      <p>Removes your keys and all messages from this browser. The people you wrote to keep theirs.</p>
      <Button look="danger" onPress={() => setOpen(true)}>
        Erase this device…
      </Button>
      <Dialog
        role="alertdialog"
        title="Erase everything on this device?"
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        actions={
          <>
            <Button onPress={() => setOpen(false)}>Keep everything</Button>
            <Button look="danger" onPress={() => void erasing.run()} isBusy={erasing.running}>
              Erase
            </Button>
          </>
        }
      >
        <p>
          This cannot be undone. If this is your only device and you have no backup, your account and its
          messages are gone, and nobody can restore them.
        </p>
        <Problem error={erasing.error} />
      </Dialog>
    </section>
  );
}
