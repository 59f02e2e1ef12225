/** Turns a wheel in every frame and calls `draw`. What it returns counts the frames from `restart` on. */
export function animate(canvas, draw) {
  const context = canvas.getContext('2d');
  let last;
  const frames = {
    count: 0,
    milliseconds: 0,
    longest: 0,
    restart() {
      Object.assign(this, { count: 0, milliseconds: 0, longest: 0 });
      last = undefined;
    },
  };
  requestAnimationFrame(function frame(now) {
    if (last !== undefined) {
      frames.count++;
      frames.milliseconds += now - last;
      frames.longest = Math.max(frames.longest, now - last);
    }
    last = now;
    turn(context, now);
    draw();
    requestAnimationFrame(frame);
  });
  return frames;
}

/** One turn in two seconds. */
function turn(context, now) {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  context.save();
  context.translate(width / 2, height / 2);
  context.rotate((now / 1000) * Math.PI);
  for (let i = 0; i < 12; i++) {
    context.rotate(Math.PI / 6);
    context.fillStyle = `hsl(205 70% ${35 + i * 4}%)`;
    context.fillRect(width / 5, -width / 30, width / 4, width / 15);
  }
  context.restore();
}
